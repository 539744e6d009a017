namespace EdgeNode.Matching;

/// <summary>A line of an input file that breaks a rule of its format.</summary>
/// <param name="file">Name of the file, as given to the reader.</param>
/// <param name="line">Line number from 1.</param>
/// <param name="expected">What should have stood there.</param>
public class InstanceException(string file, int line, string expected) : Exception($"{file}:{line}: expected {expected}")
{
    public string File { get; } = file;

    public int Line { get; } = line;

    public string Expected { get; } = expected;
}
