using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

internal sealed partial class TimedOracle
{
    // Puts what is shown in the place of what was known: the same, or erased since, and behind it what is new.
    private List<TrailRow> Follow(
        string name, string key, List<TrailRow> known, List<KeyVersion> shown, List<Attempt> open, List<Erasure> covering, bool whole)
    {
        var rows = whole ? [] : known.Take(Math.Max(0, known.Count - 1)).ToList();
        var before = known.Skip(rows.Count).ToDictionary(static row => row.Version.WriteId);
        foreach (var version in shown)
        {
            if (!before.Remove(version.WriteId, out var old))
                rows.Add(Claim(name, version, open, covering));
            else
                rows.Add(Compare(name, old, version, covering));
        }

        foreach (var missing in before.Values)
        {
            report.Lost++;
            report.Fault($"lost: {name}/{key} at {missing.Version.SystemTime} was there after an earlier restart");
        }

        return rows;
    }

    private TrailRow Compare(string name, TrailRow old, KeyVersion version, List<Erasure> covering)
    {
        var isErased = version.IsErased && old.HasValue && covering.Count > 0;
        if (!(isErased ? old.Version with { IsErased = true } : old.Version).IsSameAs(version))
            report.Fault($"changed: {name}/{version.Key} at {version.SystemTime} is not what it was after an earlier restart");
        if (isErased)
            Keep(old);
        return old with { Version = version };
    }

    private TrailRow Claim(string name, KeyVersion version, List<Attempt> open, List<Erasure> covering)
    {
        var hasValue = !version.IsDeleted && !version.IsErased;
        var (writer, index) = hasValue ? WriterByValue(name, version) : WriterById(version, open);
        if (writer is null && (hasValue || !MayBeUnknown(version, open, covering)))
            report.Fault($"invented: {name}/{version.Key} at {version.SystemTime} was never sent: {version}");
        var row = new TrailRow(version, writer, index);
        if (writer is null)
            return row;

        if (writer.FoundIds[index] is { } other)
            report.Fault($"again: {writer} is there as {other} and as {version.WriteId}");
        if (writer.Outcome == Outcome.Refused)
            report.Fault($"refused and yet there: {writer} as {version.WriteId}");
        if (writer is { Outcome: Outcome.Acknowledged, WriteIds: { Count: > 0 } ids } && ids[index] != version.WriteId)
            report.Fault($"moved: {writer} was promised {ids[index]}, is {version.WriteId}");
        writer.FoundIds[index] = version.WriteId;
        if (version.IsErased)
            Keep(row);
        return row;
    }

    // A row without a value does not say who wrote it: only who was told its id can be found.
    private static (Attempt? Writer, int Index) WriterById(KeyVersion version, List<Attempt> open)
    {
        foreach (var attempt in open.Where(static attempt => attempt.WriteIds.Count > 0))
        {
            var index = IndexOf(attempt, version.Key);
            if (attempt.WriteIds[index] == version.WriteId)
                return (attempt, index);
        }

        return (null, 0);
    }

    // Each write that nobody was told of, or of which only that it was erased, accounts for one such row; an erasure for its tombstones, in each agent that had the key.
    private static bool MayBeUnknown(KeyVersion version, List<Attempt> open, List<Erasure> covering)
    {
        var writer = open.FindIndex(attempt =>
            attempt.Outcome is Outcome.Unknown or Outcome.Erased && attempt.Operations[IndexOf(attempt, version.Key)].IsDelete == version.IsDeleted);
        if (writer < 0)
            return version.IsDeleted && covering.Count > 0;
        open.RemoveAt(writer);
        return true;
    }

    private (Attempt? Writer, int Index) WriterByValue(string name, KeyVersion version)
    {
        if (version.Value.ValueKind != JsonValueKind.Object || !_attempts.TryGetValue(version.Value.GetProperty("id").GetInt32(), out var attempt))
            return (null, 0);
        var index = version.Value.GetProperty("operation").GetInt32();
        if (attempt.Namespace != name || attempt.Operations.ElementAtOrDefault(index).Key != version.Key)
            return (null, 0);
        using var sent = JsonDocument.Parse(attempt.ValueOf(index));
        if (!JsonElement.DeepEquals(sent.RootElement, version.Value))
            report.Fault($"changed: {attempt} wrote another value than is shown at {version.SystemTime}");
        return (attempt, index);
    }

    private void Look(Attempt attempt, string key, List<TrailRow> rows)
    {
        var index = IndexOf(attempt, key);
        if (attempt.Outcome != Outcome.Acknowledged || attempt.FoundIds[index] is not null)
            return;
        // It may have been found before its client was told its id.
        if (attempt.WriteIds.Count > 0 && rows.Exists(row => row.Version.WriteId == attempt.WriteIds[index]))
        {
            attempt.FoundIds[index] = attempt.WriteIds[index];
            return;
        }

        lock (report)
            report.Lost++;
        report.Fault($"lost: {attempt.Namespace}/{key} of {attempt}");
    }

    private void Settle(Attempt attempt)
    {
        var found = attempt.FoundIds.Count(static id => id is not null);
        if (attempt.IsAtomic && found > 0 && attempt.FoundIds.Select(static id => id?[..^4]).Distinct().Count() > 1)
            report.Fault($"torn: of {attempt} there is {string.Join(", ", attempt.FoundIds.Select(static id => id ?? "nothing"))}");
        switch (attempt.Outcome)
        {
            case Outcome.Acknowledged:
                report.Acknowledged++;
                break;
            case Outcome.Refused:
                report.Refused++;
                break;
            default:
                report.Unknown++;
                report.UnknownApplied += found > 0 ? 1 : 0;
                report.Partial += found > 0 && found < attempt.FoundIds.Length ? 1 : 0;
                break;
        }
    }

    private void Keep(TrailRow row)
    {
        if (row.Attempt is not { } attempt)
            return;
        lock (_erasedValues)
            _erasedValues.Add(attempt.ValueOf(row.Operation));
    }

    private static int IndexOf(Attempt attempt, string key)
    {
        for (var i = 0; i < attempt.Operations.Count; i++)
        {
            if (attempt.Operations[i].Key == key)
                return i;
        }

        throw new InvalidOperationException($"{attempt} has nothing to do with {key}.");
    }
}
