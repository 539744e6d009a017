using System.Security.Cryptography;
using System.Text;

namespace EdgeNode.Tests.Sim;

/// <summary>
/// Everything that happened, as lines; their hash is printed last, and the same seed gives the same hash in any process. No line holds a signature:
/// ECDSA signatures are random, and nothing may depend on them.
/// </summary>
internal sealed class Trace : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly StreamWriter? _file;

    public Trace(string? path) => _file = path is null ? null : new StreamWriter(path);

    public long Lines { get; private set; }

    public void Add(long now, string who, string what)
    {
        Lines++;
        var line = $"{now} {who} {what}\n";
        _hash.AppendData(Encoding.UTF8.GetBytes(line));
        _file?.Write(line);
    }

    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash())[..16];

    public void Dispose()
    {
        _hash.Dispose();
        _file?.Dispose();
    }
}
