using EdgeNode.Federation;

namespace EdgeNode.Appliance.Demo;

/// <summary>What the caller of <c>edgenode demo</c> asked for.</summary>
public sealed record DemoOptions
{
    /// <summary>The want list of 597 items that comes with the source.</summary>
    public const string Ask = "ask";

    /// <summary>Alice, Bob and Carol.</summary>
    public const string RingOfThree = "ring-of-three";

    public static DemoOptions Default { get; } = new();

    /// <summary><see cref="Ask"/>, <see cref="RingOfThree"/> or a want-list file (default: ask).</summary>
    public string Input { get; init; } = Ask;

    /// <summary>How the cabinets find partners (default: replicate).</summary>
    public FindingMode Mode { get; init; } = FindingMode.Replicate;

    /// <summary>Stop when the story is told instead of staying up (default: no).</summary>
    public bool Once { get; init; }

    /// <summary>Kill every cabinet and every broker on the way (default: no).</summary>
    public bool Chaos { get; init; }

    /// <summary>At the end one cabinet loses mains and gets it back (default: no).</summary>
    public bool MainsCut { get; init; }

    /// <summary>Standard output holds one JSON object and nothing else (default: no).</summary>
    public bool Json { get; init; }

    /// <summary>Places the faults of <see cref="Chaos"/> (default: drawn, and said).</summary>
    public ulong? Seed { get; init; }

    /// <summary>The folder of the summary; the cabinets' data lies in <c>demo/</c> below it (default: out).</summary>
    public string Out { get; init; } = "out";

    /// <summary>First three numbers of the cabinets' loopback addresses (default: 127.0.0).</summary>
    public string Network { get; init; } = "127.0.0";

    public DemoWaits Waits { get; init; } = DemoWaits.Default;
}

/// <summary>How long each part of the story may take. What takes longer has failed, and the summary says where it stood.</summary>
public sealed record DemoWaits
{
    public static DemoWaits Default { get; } = new();

    /// <summary>From a cabinet's start until all its doors answer (default: 3 min; it takes seconds where nothing else runs).</summary>
    public TimeSpan Ready { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Until each cabinet has found the two others (default: 2 min).</summary>
    public TimeSpan Discover { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Until three peerings are enrolled on both sides (default: 2 min).</summary>
    public TimeSpan Peer { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Until everybody has joined and posted (default: 10 min).</summary>
    public TimeSpan Post { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Until all cabinets show all entries (default: 4 min).</summary>
    public TimeSpan Replicate { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Until summaries have reached the neighbours (default: 3 s).</summary>
    public TimeSpan Summaries { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Until each cabinet's plan is found (default: 2 min).</summary>
    public TimeSpan Plan { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Until every ring is decided (default: 5 min).</summary>
    public TimeSpan Decide { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Until every agreed ring is completed (default: 5 min).</summary>
    public TimeSpan Complete { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From SIGTERM to SIGKILL (default: 15 s).</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>One request (default: 20 s).</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Between two looks at something that is not there yet (default: 150 ms).</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromMilliseconds(150);
}

/// <summary>The story cannot go on: a sentence for whoever started it.</summary>
public sealed class DemoException(string sentence) : Exception(sentence);
