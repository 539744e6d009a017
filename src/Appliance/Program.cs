namespace EdgeNode.Appliance;

/// <summary>The one binary, <c>edgenode</c>.</summary>
public static class Program
{
    public static int Main(string[] args) => args.Length;
}
