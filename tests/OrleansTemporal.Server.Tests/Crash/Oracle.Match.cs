using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

internal sealed partial class Oracle
{
    // Finds for each new version the write that it comes from, then for each write whether it is there as promised.
    private void Match(string name, List<KeyVersion> ordered, List<Attempt> open)
    {
        var bySequence = open.Where(attempt => attempt.Receipt is not null).ToLookup(attempt => attempt.Receipt!.Sequence);
        var unknownDeletes = open.Where(attempt => attempt is { Outcome: Outcome.Unknown, IsBatch: false } && attempt.Operations[0].IsDelete)
            .GroupBy(attempt => attempt.Operations[0].Key).ToDictionary(group => group.Key, group => new Queue<Attempt>(group));
        var found = open.ToDictionary(attempt => attempt, _ => new List<KeyVersion>());

        foreach (var version in ordered.Where(version => !version.IsDeleted))
            Claim(name, version, WriterOf(version), found);
        var putsBySequence = found.SelectMany(entry => entry.Value.Select(version => (version.Sequence, entry.Key))).ToLookup(entry => entry.Sequence, entry => entry.Key);
        foreach (var version in ordered.Where(version => version.IsDeleted))
        {
            var writer = bySequence[version.Sequence].Concat(putsBySequence[version.Sequence])
                .FirstOrDefault(attempt => attempt.Operations.Contains(new Operation(version.Key, true, 0)));
            if (writer is null && unknownDeletes.TryGetValue(version.Key, out var candidates))
                candidates.TryDequeue(out writer);
            Claim(name, version, writer, found);
        }

        foreach (var (attempt, versions) in found)
            Settle(attempt, versions);
    }

    private Attempt? WriterOf(KeyVersion version)
    {
        if (version.Value.ValueKind != JsonValueKind.Object || !_attempts.TryGetValue(version.Value.GetProperty("id").GetInt32(), out var attempt))
            return null;
        var index = version.Value.GetProperty("operation").GetInt32();
        if (attempt.Operations.ElementAtOrDefault(index).Key != version.Key)
            return null;
        using var sent = JsonDocument.Parse(attempt.ValueOf(index));
        if (!JsonElement.DeepEquals(sent.RootElement, version.Value))
            report.Fault($"changed: {attempt} wrote another value than is shown at {version.Sequence}");
        return attempt;
    }

    private void Claim(string name, KeyVersion version, Attempt? writer, Dictionary<Attempt, List<KeyVersion>> found)
    {
        if (writer is null)
            report.Fault($"invented: {name}/{version.Key} at {version.Sequence} was never sent");
        else if (!found.TryGetValue(writer, out var versions))
            report.Fault($"again: {writer}, settled at {writer.FoundAt}, is there once more at {version.Sequence}");
        else
            versions.Add(version);
        version.Attempt = writer;
    }

    private void Settle(Attempt attempt, List<KeyVersion> versions)
    {
        var applied = versions.Count > 0;
        if (applied && (versions.Count != attempt.Operations.Count || versions.Any(version => version.Sequence != versions[0].Sequence)))
            report.Fault($"torn or doubled: {attempt} is there as {string.Join(", ", versions.Select(version => $"{version.Key}@{version.Sequence}"))}");
        attempt.FoundAt = applied ? versions[0].Sequence : 0;

        switch (attempt.Outcome)
        {
            case Outcome.Acknowledged:
                report.Acknowledged++;
                var receipt = attempt.Receipt!;
                if (!applied)
                {
                    report.Lost++;
                    report.Fault($"lost: {attempt}");
                }
                else if (versions[0].Sequence != receipt.Sequence || versions[0].SystemTime != receipt.SystemTime
                    || (receipt.WriteId is { } id && versions[0].WriteId != id))
                {
                    report.Fault($"moved: {attempt} was promised {receipt}, is at {versions[0]}");
                }

                break;
            case Outcome.Refused:
                report.Refused++;
                if (applied)
                    report.Fault($"refused and yet there: {attempt}");
                break;
            default:
                report.Unknown++;
                report.UnknownApplied += applied ? 1 : 0;
                break;
        }
    }
}
