using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <content>Reading the journal that an earlier process left.</content>
public sealed partial class SharedJournal
{
    private long chainNumber;
    private long chainBytes;

    private async ValueTask RecoverAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var folder = await JournalFolder.ReadAsync(files, options.FileBytes, cancellationToken).ConfigureAwait(false);
        lastNumber = folder.NumberMax;
        spares.AddRange(folder.Spares.Take(options.SpareFilesMax));
        tornEnds.AddRange(folder.Torn);
        folder.Leftovers.AddRange(folder.Spares.Skip(options.SpareFilesMax));
        var logs = new RecoveredLogs(MakeSlot);
        JournalScan? newest = null;
        for (var i = 0; i < folder.Chain.Count; i++)
        {
            var file = folder.Chain[i];
            var next = i + 1 < folder.Chain.Count ? folder.Chain[i + 1] : null;
            journalFiles.Add(file);
            logs.BeginFile(file);
            if (i == 0 && folder.Lost is { } lost)
            {
                logs.DamageAll(lost);
            }

            newest = await ScanAsync(file, next?.Header, logs, cancellationToken).ConfigureAwait(false);
        }

        await folder.CheckHeadlessAsync(files, lastGroup, lastGroupCrc, cancellationToken).ConfigureAwait(false);
        if (folder.Lost is { } lostNow && logs.DamageOfUnknown is null)
        {
            logs.DamageAll(lostNow);
        }

        logs.Finish();
        damageOfUnknown = logs.DamageOfUnknown;
        nextOrdinal = Math.Max(nextOrdinal, logs.OrdinalMax + 1);
        durableCeiling = Math.Max(logs.Ceiling, folder.Chain.Count > 0 ? folder.Chain[^1].Header.Ceiling : 0);
        ResumeFrom = new HybridTimestamp(durableCeiling);
        ForgetIdleSlots();
        ReportDamage(logs);
        try
        {
            await ContinueAsync(folder, newest, logs.EndsWithStop, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TemporalException { Kind: ErrorKind.Unavailable } or IOException)
        {
            BecomeReadOnly(exception);
        }

        lock (gate)
        {
            RemoveLeftovers(folder);
            ReleaseFiles();
        }

        LogOpened(journalFiles.Count, usedBytes, slots.Count, (long)time.GetElapsedTime(started).TotalMilliseconds);
    }

    private async ValueTask<JournalScan> ScanAsync(JournalFile file, FileHeader? next, RecoveredLogs logs, CancellationToken cancellationToken)
    {
        var length = (int)Math.Min(next?.PreviousBytes ?? long.MaxValue, file.Data.Length);
        var scan = new JournalScan(file, length, next is null, logs, scheduler)
        {
            LastGroup = file.Header.LastGroup,
            LastGroupCrc = file.Header.LastGroupCrc,
        };
        logs.Ceiling = Math.Max(logs.Ceiling, file.Header.Ceiling);
        await scan.RunAsync(cancellationToken).ConfigureAwait(false);
        if (next is not null && !scan.IsEndDamaged
            && (scan.LastGroup != next.LastGroup || scan.LastGroupCrc != next.LastGroupCrc || scan.End != next.PreviousBytes))
        {
            logs.DamageAll(JournalErrors.Corrupt(file.Path, scan.End, "the file ends before what the next one says was durable."));
        }

        file.Used = next?.PreviousBytes ?? scan.End;
        usedBytes += file.Used;
        lastGroup = scan.LastGroup;
        lastGroupCrc = scan.LastGroupCrc;
        return scan;
    }

    private async ValueTask ContinueAsync(
        JournalFolder folder, JournalScan? scan, bool endsWithStop, CancellationToken cancellationToken)
    {
        JournalFile? empty = null;
        if (scan is not null)
        {
            var newest = folder.Chain[^1];
            if (scan.TornBytes > 0)
            {
                await KeepTornAsync(newest, scan, cancellationToken).ConfigureAwait(false);
            }

            if (endsWithStop && scan is { TornBytes: 0, LastStart: > 0 } && !newest.IsDamaged && newest.Used <= newest.Capacity / 2)
            {
                // Stopped as it should be, and durable to the end.
                active = newest;
                return;
            }

            (chainNumber, chainBytes) = (newest.Number, newest.Used);
            if (scan.LastStart > 0)
            {
                // The last group may be in the page cache only, and an earlier failed flush may have marked its pages clean;
                // written again, with the same bytes, a flush speaks the truth about it.
                using var last = await scan.ReadLastAsync(cancellationToken).ConfigureAwait(false);
                await newest.Data.WriteAsync(scan.LastStart, last.Memory, cancellationToken).ConfigureAwait(false);
                await newest.Data.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (!newest.IsDamaged)
            {
                // A file that was begun and holds nothing is passed over, so that a process that dies at every start leaves one behind, not many.
                (chainNumber, chainBytes) = (newest.Header.PreviousNumber, newest.Header.PreviousBytes);
                empty = newest;
            }
        }

        await files.FlushFolderAsync(JournalFormat.Folder, cancellationToken).ConfigureAwait(false);
        prepared = await PrepareAsync().ConfigureAwait(false);
        await SwitchFileAsync().ConfigureAwait(false);
        if (empty is not null)
        {
            journalFiles.Remove(empty);
            usedBytes -= empty.Used;
            empty.Data.Dispose();
            folder.Leftovers.Add(empty.Path);
        }
    }

    private async ValueTask KeepTornAsync(JournalFile file, JournalScan scan, CancellationToken cancellationToken)
    {
        var path = JournalFormat.TornNameOf(file.Number, scan.End);
        if (options.TornFilesMax > 0)
        {
            using var torn = await files.OpenAsync(path, create: true, cancellationToken).ConfigureAwait(false);
            using var cut = await scan.ReadTornAsync(cancellationToken).ConfigureAwait(false);
            await torn!.WriteAsync(0, cut.Memory, cancellationToken).ConfigureAwait(false);
            await torn.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        fault = $"{file.Path}: the last group was torn at offset {scan.End} by the end of the process and was cut; its {scan.TornBytes} bytes are kept in {path}.";
        tornEnds.Add(path);
        LogTorn(fault);
    }

    // Where something was lost, nothing is removed: whoever looks into it may need it.
    private void RemoveLeftovers(JournalFolder folder)
    {
        if (isReadOnly || journalFiles.Exists(static file => file.IsDamaged) || damageOfUnknown is not null)
        {
            return;
        }

        foreach (var path in folder.Leftovers.Concat(folder.Torn.Take(folder.Torn.Count - options.TornFilesMax)))
        {
            leftovers.Enqueue(path);
        }
    }

    private void ForgetIdleSlots()
    {
        foreach (var slot in slots.Values.Where(static slot => slot.IsIdle).ToList())
        {
            slots.Remove(slot.Agent);
        }
    }

    private void ReportDamage(RecoveredLogs logs)
    {
        if ((logs.DamageOfUnknown ?? slots.Values.Select(static slot => slot.Damage).FirstOrDefault(static damage => damage is not null)) is { } damage)
        {
            fault = damage.Message;
            LogDamaged(damage.Message);
        }
    }
}
