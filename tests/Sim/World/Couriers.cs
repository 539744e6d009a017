using EdgeNode.Appliance;
using EdgeNode.Sync;
using EdgeNode.Sync.Courier;
using EdgeNode.Wire;

namespace EdgeNode.Tests.Sim;

/// <summary>What lies on a stick after an export, for whom and from whom.</summary>
internal sealed record Stick(Cabinet From, Cabinet To, IReadOnlyList<byte[]> Files);

/// <summary>
/// People who carry sticks between cabinets. A journey takes hours; a stick arrives, or twice, or weeks after another, or never; files of it may be broken. What
/// leaves by stick is watched like what leaves by a link.
/// </summary>
internal sealed class Couriers(World world, Prng prng)
{
    /// <summary>Pages of one export, at most.</summary>
    private const int MostPages = 64;

    public void Begin() => Next();

    /// <summary>Fills a stick at one cabinet for another; nothing is told when the cabinet dies meanwhile.</summary>
    public void Pack(Cabinet from, Cabinet to, Action<Stick> packed) => Page(from, to, [], [], packed);

    /// <summary>Brings a stick in; <paramref name="done"/> hears what became of its files, or null when the cabinet died.</summary>
    public void Deliver(Stick stick, Action<Delivered?> done) =>
        stick.To.Ask(new CarryIn(stick.Files), answer => done(answer?.Delivered));

    private void Next()
    {
        if (world.Options.Ways.CourierEvery is { } every)
            world.After(prng.Between(every / 2, every * 3 / 2), Journey);
    }

    private void Journey()
    {
        if (!world.Faulty)
            return;
        Next();
        var from = prng.Pick(world.Cabinets);
        var to = prng.Pick([.. world.Cabinets.Where(c => c != from)]);
        if (!from.IsUp || !from.Admits(to))
            return;
        world.Counts.Add("sticks");
        Pack(from, to, stick => Travel(prng.Percent(20) ? Damaged(stick) : stick));
    }

    /// <summary>There, sometimes twice, sometimes never; and after most arrivals a stick with the receipts goes back.</summary>
    private void Travel(Stick stick)
    {
        if (prng.Percent(world.Options.Ways.LostPct))
            return;
        var journeys = prng.Percent(world.Options.Ways.TwicePct) ? 2 : 1;
        for (var i = 0; i < journeys; i++)
            world.After(
                prng.Skewed(TimeSpan.FromMinutes(10), world.Options.Ways.LongestJourney),
                () =>
                    Deliver(
                        stick,
                        delivered =>
                        {
                            if (
                                delivered is not null
                                && world.Faulty
                                && stick.To.IsUp
                                && stick.To.Admits(stick.From)
                                && prng.Percent(70)
                            )
                                Pack(
                                    stick.To,
                                    stick.From,
                                    back =>
                                        world.After(
                                            prng.Skewed(TimeSpan.FromMinutes(10), world.Options.Ways.LongestJourney),
                                            () => Deliver(back, _ => { })
                                        )
                                );
                        }
                    )
            );
    }

    /// <summary>A copy that was interrupted, or a worn stick: one file is cut off or gone.</summary>
    private Stick Damaged(Stick stick)
    {
        if (stick.Files.Count == 0)
            return stick;
        var at = prng.Below(stick.Files.Count);
        var files = stick.Files.ToList();
        if (prng.Percent(50))
            files.RemoveAt(at);
        else
            files[at] = files[at][..prng.Below(files[at].Length)];
        return stick with { Files = files };
    }

    private void Page(
        Cabinet from,
        Cabinet to,
        List<byte[]> files,
        IReadOnlyList<HaveStream> after,
        Action<Stick> packed,
        int page = 0
    ) =>
        from.Ask(
            new CarryOut(to.Did, after),
            answer =>
            {
                if (answer?.Parcel is not { } parcel)
                    return;
                foreach (var file in parcel.Files)
                    Watch(from, to, file.Bytes);
                files.AddRange(parcel.Files.Select(f => f.Bytes));
                if (parcel.More && page < MostPages)
                    Page(from, to, files, parcel.After, packed, page + 1);
                else
                    packed(new Stick(from, to, files));
            }
        );

    /// <summary>The checkers look into the sealed file as its receiver can.</summary>
    private void Watch(Cabinet from, Cabinet to, byte[] file)
    {
        var plain = to.Sealer.Open(file, out var fault);
        world.Watch.Expect(plain is not null, "courier.sealed", from, $"{to} cannot open what was sealed to it: {fault}");
        var frame = OpenedFrame.TryRead(plain!);
        world.Watch.Expect(
            frame is not null && frame.From == from.Did,
            "courier.frame",
            from,
            "a sealed file holds no frame of its sender"
        );
        world.Watch.Performing(from, new SendOnLink(to.Did, frame!.Kind, "shared", plain!));
    }
}
