namespace EdgeNode.Wire;

/// <summary>What may happen to a record. Every statement and every table has one (<see cref="DataMap"/>).</summary>
public enum DataClass
{
    /// <summary>May be mirrored and forwarded.</summary>
    Public,

    /// <summary>Goes to the peers named in the statement's audience only.</summary>
    Shared,

    /// <summary>Ciphertext for archive holders.</summary>
    RestoreOnly,

    /// <summary>Never leaves. No statement of this class can be made (<see cref="StatementHeader"/>).</summary>
    LocalOnly,
}

public static class DataClasses
{
    public static string ToWire(this DataClass cls) =>
        cls switch
        {
            DataClass.Public => "public",
            DataClass.Shared => "shared",
            DataClass.RestoreOnly => "restore-only",
            _ => throw new InvalidOperationException("local-only data has no form on the wire"),
        };

    /// <summary>local-only is not among the forms that are read: it is refused like any unknown word.</summary>
    public static bool TryParse(string? text, out DataClass cls)
    {
        (var known, cls) = text switch
        {
            "public" => (true, DataClass.Public),
            "shared" => (true, DataClass.Shared),
            "restore-only" => (true, DataClass.RestoreOnly),
            _ => (false, DataClass.LocalOnly),
        };
        return known;
    }
}
