namespace OrleansTemporal.Architecture.Tests;

/// <summary>Fails with every place that breaks a rule, not with the first few.</summary>
internal static class Violations
{
    public static void AreNone(IEnumerable<string> violations)
    {
        var all = violations.ToList();
        if (all.Count > 0)
            Assert.Fail($"{all.Count} violations:{Environment.NewLine}{string.Join(Environment.NewLine, all)}");
    }
}
