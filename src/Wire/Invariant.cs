namespace EdgeNode.Wire;

/// <summary>A promise of ours that does not hold. The process stops rather than go on with wrong state.</summary>
public sealed class InvariantException(string message) : Exception(message);

/// <summary>Checked in debug and release alike, on both sides of a boundary.</summary>
public static class Invariant
{
    public static void Hold([System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool condition, string promise)
    {
        if (!condition)
            throw new InvariantException(promise);
    }
}
