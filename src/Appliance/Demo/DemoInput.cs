using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EdgeNode.Federation;
using EdgeNode.Matching;

namespace EdgeNode.Appliance.Demo;

/// <summary>One neighbour of the story and what they will post.</summary>
/// <param name="Cabinet">Index of the cabinet they live at.</param>
/// <param name="Accepts">Categories of their one need, any of which would do; empty when they need nothing.</param>
/// <param name="NeedTitle">The need in words.</param>
/// <param name="ShareWith">Indexes of the cabinets that may see it; null means every neighbour cabinet.</param>
public sealed record Neighbour(
    int Cabinet,
    string Label,
    string Category,
    string Title,
    IReadOnlyList<string> Accepts,
    string NeedTitle,
    IReadOnlyList<int>? ShareWith
)
{
    public int Entries => Accepts.Count == 0 ? 1 : 2;

    public bool IsSeenAt(int cabinet) => cabinet == Cabinet || ShareWith is null || ShareWith.Contains(cabinet);
}

/// <summary>Who lives in the neighbourhood, and what must come of it.</summary>
public sealed record DemoInput(string Name, IReadOnlyList<Neighbour> People)
{
    /// <summary>Cabinets of the neighbourhood.</summary>
    public const int Cabinets = 3;

    /// <summary>Of the want list <c>ask</c>, at least this many items must be traded although cabinets are killed.</summary>
    public const int AskItemsUnderChaos = 70;

    /// <summary>How the cabinets find partners (default: replicate).</summary>
    public FindingMode Mode { get; init; } = FindingMode.Replicate;

    public bool Replicates => Mode == FindingMode.Replicate;

    /// <summary>What everybody posts together.</summary>
    public int Entries => People.Sum(p => p.Entries);

    public int Needs => People.Count(p => p.Accepts.Count > 0);

    /// <summary>How many entries a cabinet shows when everything that may reach it has.</summary>
    public int EntriesAt(int cabinet) =>
        People.Where(p => Replicates ? p.IsSeenAt(cabinet) : p.Cabinet == cabinet).Sum(p => p.Entries);

    /// <summary>A cabinet that takes part only by peering: nothing was posted there and nothing is shared with it.</summary>
    public bool IsOutsider(int cabinet) => EntriesAt(cabinet) == 0;

    /// <summary>A cabinet that sees the whole market plans the whole of it.</summary>
    public bool SeesAll(int cabinet) => EntriesAt(cabinet) == Entries;

    /// <summary>
    /// The cabinet an item belongs to: the first four bytes, read big-endian, of the SHA-256 of its UTF-8 name, modulo the number of cabinets. The same item
    /// lives at the same cabinet in every run and on every machine.
    /// </summary>
    public static int CabinetOf(string item)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(item));
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) % Cabinets);
    }

    /// <summary>
    /// Alice and Carol at the first cabinet, Bob at the second; each shares with the one other cabinet of the ring, so the third may learn nothing.
    /// </summary>
    public static DemoInput RingOfThree() =>
        new(
            DemoOptions.RingOfThree,
            [
                new Neighbour(0, "Alice", "legal", "Legal services", ["catering"], "Catering", [1]),
                new Neighbour(1, "Bob", "catering", "Catering", ["design"], "Design", [0]),
                new Neighbour(0, "Carol", "design", "Design", ["legal"], "Legal services", [1]),
            ]
        );

    /// <summary>
    /// One resident per item of a want list, with one offering in category <c>prefix/ITEM</c> and, where the list has a usable want, one need that accepts any
    /// one of them. Nobody is made up: the resident is called what the item is called.
    /// </summary>
    /// <exception cref="DemoException">The list holds what a resident cannot post.</exception>
    public static DemoInput FromWantList(string name, WantList list, string prefix)
    {
        CheckThatItCanBePosted(list, prefix);
        return new DemoInput(name, [.. list.Entries.Select(entry => FromEntry(entry, prefix))]);
    }

    private static void CheckThatItCanBePosted(WantList list, string prefix)
    {
        if (list.Entries.Count == 0)
            throw new DemoException($"{list.File}:1: expected at least one want list");
        try
        {
            _ = list.ToMarket(prefix);
        }
        catch (MarketException refused)
        {
            throw new DemoException(refused.Message);
        }
        var most = Items.MaxCategory - prefix.Length - 1;
        if (list.Entries.FirstOrDefault(e => e.Item.Length > most) is { } tooLong)
            throw new DemoException(
                $"{list.File}:{tooLong.Line}: expected an item name of at most {most} characters, so that it fits a category"
            );
    }

    private static Neighbour FromEntry(WantEntry entry, string prefix) =>
        new(
            CabinetOf(entry.Item),
            Short(entry.Item, Residents.MaxLabel),
            $"{prefix}/{entry.Item}",
            Short(entry.Item, Items.MaxTitle),
            [.. entry.Wants.Select(want => $"{prefix}/{want.Item}")],
            Short($"Something for {entry.Item}", Items.MaxTitle),
            null
        );

    private static string Short(string text, int most) => text.Length <= most ? text : text[..most];
}
