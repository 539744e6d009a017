namespace EdgeNode.Sync;

internal static class Placeholder;
