using System.Text;
using EdgeNode.Sync.Io;

namespace EdgeNode.Tests.Unit.Sync;

/// <summary>The greeting that asks a broker for a sign of life, or ends the session of the name it is said under.</summary>
public sealed class BrokerProbeTests
{
    [Theory]
    [InlineData(20, 1)]
    [InlineData(61, 2)]
    public void A_greeting_says_its_own_length(int nameLength, int lengthBytes)
    {
        var name = new string('a', nameLength);
        var greeting = BrokerProbe.Greeting(name, "node", new string('p', 64));
        var said = lengthBytes == 1 ? greeting[1] : (greeting[1] & 0x7f) + 128 * greeting[2];
        Assert.Equal(greeting.Length, 1 + lengthBytes + said);
        // OASIS MQTT 3.1.1, section 3.1.3: after the variable header of ten bytes comes the client name.
        var at = 1 + lengthBytes + 10;
        Assert.Equal(nameLength, (greeting[at] << 8) | greeting[at + 1]);
        Assert.Equal(name, Encoding.ASCII.GetString(greeting, at + 2, nameLength));
    }
}
