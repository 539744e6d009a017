namespace EdgeNode.Wire;

internal static class Placeholder;
