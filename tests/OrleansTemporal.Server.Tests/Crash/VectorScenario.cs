using System.Globalization;
using System.Net;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Vectors of a collection in one partition with a stored index, and of one over three whose searches compare bytes.</summary>
internal sealed class VectorScenario(CampaignReport report, string folder, Random random) : IScenario
{
    internal static readonly (string Name, int Partitions, string Form)[] Collections = [("whole", 1, "none"), ("spread", 3, "int8")];

    // Enough that graphs are stored, and stored again while writers write.
    private const int Prefilled = 4_200;
    private const int PrefilledAtOnce = 600;
    private const int Reads = 40;

    private readonly VectorTrails _trails = new();
    private bool _isPrepared;

    /// <summary>Checks that found graphs on the disk, which a life before has left.</summary>
    public int StoredGraphs { get; private set; }

    /// <summary>Searches that were answered by a graph.</summary>
    public int Walks { get; private set; }

    public ILoad Load(KvClient client, int seed) => new VectorLoad(_trails, client, report, seed);

    public async Task CheckAsync(KvClient client, bool everything)
    {
        StoredGraphs += Directory.EnumerateFiles(folder, "index-*", SearchOption.AllDirectories).Any() ? 1 : 0;
        await PrepareAsync(client);
        while (_trails.Unknown.TryDequeue(out var attempt))
            await SettleAsync(client, attempt);
        foreach (var (collection, id) in _trails.Ids)
            await CompareAsync(client, collection, id, null, _trails.NewestOf(collection, id));
        var ids = _trails.Ids.ToArray();
        for (var i = 0; i < (everything ? 5 * Reads : Reads) && ids.Length > 0; i++)
        {
            var (collection, id) = ids[random.Next(ids.Length)];
            var states = _trails.Of(collection, id);
            var (number, time) = states[random.Next(states.Count)];
            await CompareAsync(client, collection, id, time, number);
            await FindAsync(client, collection, id, time, number);
        }

        await FindPrefilledAsync(client);
        await new Verification(client, report).RunAsync();
    }

    private async Task PrepareAsync(KvClient client)
    {
        if (_isPrepared)
            return;
        foreach (var (name, partitions, form) in Collections)
        {
            var body = $$"""{"dimensions":{{VectorAttempt.Dimensions}},"metric":"l2","index":{"m":4,"efConstruction":20,"quantization":"{{form}}"},"partitions":{{partitions}}}""";
            if (await client.TryPutAsync($"/vectors/{name}", body) is not { IsSuccess: true })
                throw new InvalidOperationException($"'{name}' could not be made.");
        }

        foreach (var part in Enumerable.Range(0, Prefilled).Chunk(PrefilledAtOnce))
        {
            var items = part.Select(number => $$"""{"id":"p{{number}}","vector":{{PrefilledOf(number)}}}""");
            var answer = await client.PostAsync($"/vectors/{Collections[0].Name}/batch", $$"""{"items":[{{string.Join(',', items)}}]}""");
            if (!answer.IsSuccess)
                throw new InvalidOperationException(answer.Text);
        }

        _isPrepared = true;
    }

    // One delta is there whole or not at all; the retry completes what is missing and does nothing twice.
    private async Task SettleAsync(KvClient client, VectorAttempt attempt)
    {
        report.Unknown++;
        var found = new string?[attempt.Ids.Length];
        for (var i = 0; i < found.Length; i++)
        {
            var shown = await client.GetAsync($"/vectors/{attempt.Collection}/{attempt.Ids[i]}");
            var before = _trails.NewestOf(attempt.Collection, attempt.Ids[i]);
            var isApplied = attempt.IsDelete ? shown.Status == HttpStatusCode.NotFound : Shows(shown, attempt.First + i);
            found[i] = !isApplied ? null : attempt.IsDelete ? "" : shown.Body.GetProperty("writeId").GetString();
            if (!isApplied && !Shows(shown, before))
                report.Fault($"{attempt.Collection}/{attempt.Ids[i]} was {before}, is {shown.Text}: {attempt}");
        }

        var applied = found.Count(static id => id is not null);
        report.UnknownApplied += applied > 0 ? 1 : 0;
        report.Partial += applied > 0 && applied < found.Length ? 1 : 0;
        if (applied > 0 && applied < found.Length && attempt.Collection == Collections[0].Name)
            report.Fault($"{applied} of {found.Length} are there of {attempt}");
        var answer = await attempt.SendAsync(client);
        report.Retried++;
        if (answer is not { IsSuccess: true })
        {
            report.Fault($"the retry was answered {answer?.Text ?? "not at all"}: {attempt}");
            return;
        }

        _trails.Acknowledge(attempt, answer.Body.GetProperty("systemTime").GetString()!);
        for (var i = 0; i < found.Length && !attempt.IsDelete; i++)
        {
            var shown = await client.GetAsync($"/vectors/{attempt.Collection}/{attempt.Ids[i]}");
            if (found[i] is { } id && shown.Body.GetProperty("writeId").GetString() != id)
                report.Fault($"was applied as {id} and again: {shown.Text}: {attempt}");
        }
    }

    private async Task CompareAsync(KvClient client, string collection, string id, string? asOf, int? expected)
    {
        report.AsOfReads++;
        var shown = await client.GetAsync($"/vectors/{collection}/{id}{(asOf is null ? "" : $"?asOf={Uri.EscapeDataString(asOf)}")}");
        if (Shows(shown, expected))
            return;
        report.Lost++;
        report.Fault($"{collection}/{id} as of {asOf ?? "now"} should be {expected?.ToString(CultureInfo.InvariantCulture) ?? "absent"}, is {shown.Text}");
    }

    // As of the moment that acknowledged it, nothing is nearer to a vector than itself.
    private async Task FindAsync(KvClient client, string collection, string id, string asOf, int? number)
    {
        if (number is not { } of)
            return;
        var answer = await client.PostAsync($"/vectors/{collection}/search", $$"""{"vector":{{VectorAttempt.VectorOf(of)}},"k":1,"mode":"exact","asOf":"{{asOf}}"}""");
        if (!answer.IsSuccess || answer.Body.GetProperty("value")[0] is var nearest && (nearest.GetProperty("id").GetString() != id || nearest.GetProperty("distance").GetDouble() != 0))
            report.Fault($"{collection}/{id} is not found as of {asOf}: {answer.Text}");
    }

    // Whether the graphs were taken over, are being made again or are there, they lead to what is there.
    private async Task FindPrefilledAsync(KvClient client)
    {
        var missed = 0;
        for (var i = 0; i < Reads; i++)
        {
            var number = random.Next(Prefilled);
            var answer = await client.PostAsync($"/vectors/{Collections[0].Name}/search", $$"""{"vector":{{PrefilledOf(number)}},"k":1,"ef":40}""");
            Walks += answer.Body.GetProperty("mode").GetString() == "auto" ? 1 : 0;
            missed += answer.Body.GetProperty("value")[0].GetProperty("id").GetString() == $"p{number}" ? 0 : 1;
        }

        if (missed > Reads / 20)
            report.Fault($"{missed} of {Reads} vectors were not found");
    }

    private static bool Shows(Answer answer, int? number) => number is { } of
        ? answer.IsSuccess && answer.Body.GetProperty("vector").GetRawText() == VectorAttempt.VectorOf(of)
        : answer.Status == HttpStatusCode.NotFound;

    private static string PrefilledOf(int number) => string.Create(CultureInfo.InvariantCulture, $"[{number % 64},{-1 - (number / 64)},{number % 7},3]");
}
