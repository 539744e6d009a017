namespace EdgeNode.Store;

internal static class Placeholder;
