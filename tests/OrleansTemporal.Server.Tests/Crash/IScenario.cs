namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>What a campaign asks of a server: a load while it is ended, and checks when it has come up again.</summary>
internal interface IScenario
{
    /// <summary>Everything that must hold when a server has come up again; what does not is a fault in the report.</summary>
    /// <param name="everything">Read whole histories instead of only what is new.</param>
    Task CheckAsync(KvClient client, bool everything);

    /// <summary>Clients that change things until the server is gone.</summary>
    ILoad Load(KvClient client, int seed);
}
