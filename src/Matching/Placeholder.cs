namespace EdgeNode.Matching;

internal static class Placeholder;
