namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Tests whose timing or memory would suffer from others at their side.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class CrashCollection
{
    public const string Name = "crash";
}
