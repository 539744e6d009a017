using EdgeNode.Hardware.Bom;

namespace EdgeNode.Appliance.Cli;

/// <summary>Reads the files that the <c>hw</c> commands are given; what is wrong with one is a sentence.</summary>
internal static class HwBillFile
{
    /// <exception cref="BillException">The file cannot be read or is no bill.</exception>
    public static Bill Load(string path) => Read(path, bytes => Bill.Parse(bytes));

    public static StockList Stock(string path) => Read(path, bytes => StockList.Parse(bytes));

    private static T Read<T>(string path, Func<byte[], T> parse)
    {
        try
        {
            return parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is BillException or IOException or UnauthorizedAccessException)
        {
            throw new BillException($"{path}: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Runs a command; what its files refuse is told and ends with 1.</summary>
    public static int Guarded(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (Exception e) when (e is BillException or IOException or UnauthorizedAccessException or Io.SetupException)
        {
            Console.Error.WriteLine($"edgenode: {e.Message}");
            return 1;
        }
    }
}
