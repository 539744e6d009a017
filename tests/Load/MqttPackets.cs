using System.Text;

namespace EdgeNode.Tests.Load;

/// <summary>MQTT 3.1.1 packets as bytes, for clients that do what no library does.</summary>
public static class MqttPackets
{
    /// <summary>Section 3.1: a CONNECT with a clean session.</summary>
    public static byte[] Connect(string client, string protocol = "MQTT", byte level = 4) =>
        Packet(0x10, [.. Text(protocol), level, 2, 0, 60, .. Text(client)]);

    /// <summary>Section 3.3: a PUBLISH with these flags.</summary>
    public static byte[] Publish(byte flags, string topic, ReadOnlySpan<byte> payload) =>
        Packet((byte)(0x30 | flags), [.. Text(topic), .. (flags & 6) == 0 ? (byte[])[] : [0, 1], .. payload]);

    public static byte[] Packet(byte type, ReadOnlySpan<byte> rest)
    {
        var head = new List<byte> { type };
        var length = rest.Length;
        do
        {
            head.Add((byte)((length % 128) | (length > 127 ? 128 : 0)));
            length /= 128;
        } while (length > 0);
        return [.. head, .. rest];
    }

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)(bytes.Length >> 8), (byte)(bytes.Length & 0xff), .. bytes];
    }
}
