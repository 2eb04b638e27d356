namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Has the server verify every chain of the workspace.</summary>
internal sealed class Verification(KvClient client, CampaignReport report)
{
    private static readonly TimeSpan VerifyLimit = TimeSpan.FromSeconds(60);

    // Twice when it fails: whether the fault is still there tells what was damaged from what was only in the way.
    public async Task RunAsync()
    {
        if (await FindFaultAsync() is { } fault)
            report.Fault($"verification found {fault}; once more it found {await FindFaultAsync() ?? "nothing"}");
    }

    private async Task<string?> FindFaultAsync()
    {
        var answer = await client.PostAsync("/verify", "");
        if (answer.Location?.Split("/v1/default", 2) is not [_, var path])
            return answer.Text;
        await Eventually.HoldsAsync("verification has ended", async () =>
        {
            answer = await client.GetAsync(path);
            return !answer.IsSuccess || answer.Body.GetProperty("status").GetString() != "running";
        }, VerifyLimit);
        return answer.IsSuccess && answer.Body.GetProperty("status").GetString() == "succeeded" ? null : answer.Text;
    }
}
