namespace OrleansTemporal.Kernel.Tests.Patterns;

internal sealed record PatternTestPoint(long Time, string Key, bool IsFirst, bool IsThen);
