namespace EdgeNode.Tests.Sim;

/// <summary>edgenode-sim: whole federations in one process, decided by a seed.</summary>
public static class Program
{
    public static int Main(string[] args) => args.Length;
}
