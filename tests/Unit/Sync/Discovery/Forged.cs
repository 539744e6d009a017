using System.Net;
using System.Text;
using EdgeNode.Sync.Discovery;

namespace EdgeNode.Tests.Unit.Sync.Discovery;

/// <summary>Messages that no engine of ours composed.</summary>
internal static class Forged
{
    public static readonly DnsName Service = DnsName.Of("_edgenode", "_tcp", "local");

    /// <summary>A whole, well-formed announcement.</summary>
    public static DnsMessage Announcement(
        string instance,
        string did,
        string address,
        string host = "forger",
        ushort port = 666,
        uint ttl = 4_500
    )
    {
        var name = Service.Under(instance);
        var target = DnsName.Of(host, "local");
        return new DnsMessage
        {
            IsResponse = true,
            Answers =
            [
                new PtrRecord(Service, ttl, false, name),
                new SrvRecord(name, ttl, true, 0, 0, port, target),
                new TxtRecord(name, ttl, true, Text("v=1", "pair=8444", $"did={did}")),
                new AddressRecord(target, ttl, true, IPAddress.Parse(address)),
            ],
        };
    }

    public static DnsMessage Query(DnsName name, ushort type, params DnsRecord[] known) =>
        new() { Questions = [new DnsQuestion(name, type)], Answers = known };

    public static byte[] Text(params string[] pairs) =>
        [.. pairs.SelectMany(pair => Encoding.UTF8.GetBytes($"{(char)pair.Length}{pair}"))];
}
