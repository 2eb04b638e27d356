namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>How a server is started.</summary>
internal sealed record ServerLaunch
{
    public required string DataDirectory { get; init; }

    /// <summary>Settings below the section <c>OrleansTemporal</c>, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables beyond those that the test itself has.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
