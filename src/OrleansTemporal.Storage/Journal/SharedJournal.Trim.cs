using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Journal;

/// <content>Letting go of what is in segments.</content>
public sealed partial class SharedJournal
{
    private readonly Queue<JournalFile> releasing = new();
    private readonly Queue<string> leftovers = new();
    private bool isReleasing;

    /// <inheritdoc/>
    public IReadOnlyList<AgentId> AgentsToSeal()
    {
        lock (gate)
        {
            var isScrubbing = journalFiles.Count > 0 && IsGivenUp(journalFiles[0]);
            if (!isScrubbing && usedBytes <= options.SealAbove && journalFiles.Count <= options.SealAboveFileCount)
            {
                return [];
            }

            // The oldest file that somebody holds, and no others: one file after the other becomes free.
            foreach (var file in journalFiles)
            {
                if (file.LiveExtents > 0 && file != active)
                {
                    return
                    [
                        .. slots.Values
                            .Where(slot => slot.Extents.Count > 0 && slot.Extents[0].File == file && slot.Damage is null)
                            .Select(slot => slot.Agent)
                            .OrderBy(agent => agent.ToString(), StringComparer.Ordinal),
                    ];
                }
            }

            return [];
        }
    }

    internal void Trim(AgentSlot slot, long sequence)
    {
        lock (gate)
        {
            // What is in segments is durable, whether the journal saw it or not; the log goes on behind it.
            slot.TrimmedThrough = Math.Max(slot.TrimmedThrough, sequence);
            if (slot.LastSequence < sequence)
            {
                slot.LastSequence = sequence;
            }

            if (slot.DurableThrough < sequence)
            {
                slot.DurableThrough = sequence;
            }

            if (slot.Extents.TrimThrough(sequence))
            {
                ReleaseFiles();
                GrantRoom();
            }
        }
    }

    /// <summary>Takes the oldest files out of the journal as long as nobody needs them. Called under the gate.</summary>
    private void ReleaseFiles()
    {
        var released = 0;
        while (released < journalFiles.Count && journalFiles[released] is { LiveExtents: 0, Pins: 0, IsDamaged: false } file && file != active)
        {
            usedBytes -= file.Used;
            releasing.Enqueue(file);
            released++;
        }

        if (released > 0)
        {
            journalFiles.RemoveRange(0, released);
            GrantRoom();
        }

        if (!isReleasing && !isClosing && (releasing.Count > 0 || leftovers.Count > 0))
        {
            isReleasing = true;
            scheduler.Post(static state => _ = ((SharedJournal)state!).RemoveInBackgroundAsync(), this);
        }
    }

    private async Task RemoveInBackgroundAsync()
    {
        try
        {
            while (await RemoveNextAsync().ConfigureAwait(false))
            {
            }
        }
        catch (Exception exception)
        {
            // A file that can't be removed stays and costs room; the next release tries again.
            LogNotRemoved(exception);
        }
        finally
        {
            TaskCompletionSource? done;
            lock (gate)
            {
                isReleasing = false;
                done = removalDone;
            }

            done?.SetResult();
        }
    }

    // One at a time, each durable before the next: after a crash a file that is missing has no older one beside it.
    private async ValueTask<bool> RemoveNextAsync()
    {
        JournalFile? file;
        string? path;
        var recycles = false;
        lock (gate)
        {
            if (isClosing)
            {
                return false;
            }

            // What was given up goes first: it must not outlast the files behind it, or it would pass for an older one whose
            // successor is missing.
            file = null;
            if (!leftovers.TryPeek(out path))
            {
                releasing.TryPeek(out file);
                path = file?.Path;
            }

            if (path is null)
            {
                return false;
            }

            recycles = file is { IsPoisoned: false } && !IsGivenUp(file) && file.Capacity >= options.FileBytes && spares.Count < options.SpareFilesMax;
        }

        file?.Data.Dispose();
        var spare = recycles ? JournalFormat.SpareNameOf(file!.Number) : null;
        if (spare is not null)
        {
            await files.RenameAsync(path, spare, replace: true, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            await files.DeleteAsync(path, CancellationToken.None).ConfigureAwait(false);
        }

        await files.FlushFolderAsync(JournalFormat.Folder, CancellationToken.None).ConfigureAwait(false);
        lock (gate)
        {
            if (file is not null)
            {
                releasing.Dequeue();
            }
            else
            {
                leftovers.Dequeue();
            }

            if (spare is not null && IsGivenUp(file!))
            {
                leftovers.Enqueue(spare);
            }
            else if (spare is not null)
            {
                spares.Add(spare);
            }
        }

        return true;
    }
}
