namespace EdgeNode.Federation;

internal static class Placeholder;
