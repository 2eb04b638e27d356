namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Puts, deletes, conditions and batches of one partition each, down to the sequences and roots of the agents.</summary>
internal sealed class WriteScenario(CampaignReport report, Random random) : IScenario
{
    private readonly Oracle _oracle = new(report);

    public Task CheckAsync(KvClient client, bool everything) => new RestartChecks(_oracle, client, report, random).RunAsync(everything);

    public ILoad Load(KvClient client, int seed) => new Workload(_oracle, client, report, seed);
}
