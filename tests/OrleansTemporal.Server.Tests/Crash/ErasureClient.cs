using System.Net;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Sends erasures and tells the oracle what became of them.</summary>
internal sealed class ErasureClient(KvClient client, TimedOracle oracle, CampaignReport report)
{
    /// <summary>Sends an erasure, for the first time or again.</summary>
    /// <returns>False when there was no answer.</returns>
    public async Task<bool> SendAsync(Erasure erasure)
    {
        var answer = await client.TryPostAsync("/erasures", erasure.Body, erasure.IdempotencyKey);
        switch (answer)
        {
            case null:
                return false;
            case { IsSuccess: true }:
                oracle.Close(erasure);
                break;
            case { Status: HttpStatusCode.NotFound }:
                oracle.Drop(erasure);
                break;
            case { Status: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable }:
                // Cut short; how far it came nobody knows before it is sent again.
                break;
            default:
                report.Fault($"answered {answer.Text}: {erasure}");
                break;
        }

        return true;
    }
}
