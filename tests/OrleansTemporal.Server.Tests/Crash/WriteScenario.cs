using System.Net;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Puts, deletes, conditions and batches of one partition each, down to the sequences and roots of the agents.</summary>
internal sealed class WriteScenario(CampaignReport report, Random random) : IScenario
{
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(60);

    private readonly Oracle _oracle = new(report);

    public Task CheckAsync(KvClient client, bool everything) => new RestartChecks(_oracle, client, report, random).RunAsync(everything);

    public ILoad Load(KvClient client, int seed) => new Workload(_oracle, client, report, seed);

    /// <summary>
    /// Where no process has ended, a write whose request ran out of time may still become durable. One that is acknowledged
    /// behind it in the same log says that it has.
    /// </summary>
    public async Task SettleAsync(KvClient client)
    {
        foreach (var name in Workload.Namespaces)
        {
            await Eventually.HoldsAsync(
                $"a write to {name} is acknowledged",
                async () =>
                {
                    var answer = await client.SendAsync(_oracle.Open(name, [new Operation("settled", false, 1)]));
                    return answer is { Status: HttpStatusCode.InternalServerError } ? throw new InvalidOperationException(answer.Text) : answer is { IsSuccess: true };
                },
                SettleLimit);
        }
    }
}
