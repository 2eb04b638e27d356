namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>How many partitions a namespace may have, by what those who changed that were told.</summary>
internal sealed class PartitionTrail(string name, CampaignReport report)
{
    private readonly HashSet<int> _possible = [1];

    /// <summary>Asks for another number of partitions.</summary>
    /// <returns>False when there was no answer.</returns>
    public async Task<bool> ChangeAsync(KvClient client, int count)
    {
        lock (_possible)
            _possible.Add(count);
        var answer = await client.TryPutAsync($"/kv/{name}/_settings", $$"""{"partitions":{{count}}}""");
        if (answer is null)
        {
            report.UnknownMoves++;
            return false;
        }

        if (answer.IsSuccess)
        {
            Know(count);
            report.Moves++;
        }
        else if ((int)answer.Status != 429 && (int)answer.Status != 503)
        {
            report.Fault($"answered {answer.Text}: changing {name} to {count} partitions");
        }

        return true;
    }

    /// <summary>What it shows must be the last that was acknowledged, or one that nobody was told of since; from here on it is known.</summary>
    public async Task CheckAsync(KvClient client)
    {
        var answer = await client.GetAsync($"/kv/{name}/_settings");
        var shown = answer.Body.GetProperty("partitions").GetInt32();
        if (!_possible.Contains(shown))
            report.Fault($"{name} has {shown} partitions, should have {string.Join(" or ", _possible)}");
        Know(shown);
    }

    private void Know(int count)
    {
        lock (_possible)
        {
            _possible.Clear();
            _possible.Add(count);
        }
    }
}
