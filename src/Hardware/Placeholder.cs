namespace EdgeNode.Hardware;

internal static class Placeholder;
