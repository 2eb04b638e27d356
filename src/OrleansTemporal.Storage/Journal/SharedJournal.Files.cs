namespace OrleansTemporal.Storage.Journal;

/// <content>From one file to the next.</content>
public sealed partial class SharedJournal
{
    /// <summary>Prepared files grow by this factor until they have their full size.</summary>
    private const int GrowthFactor = 4;
    private const int ZeroBytes = 1 << 20;
    private const int ZeroesPerFlush = 4;

    private static readonly byte[] Zeroes = new byte[ZeroBytes];

    private readonly List<string> spares = [];
    private JournalFile? active;
    private PreparedFile? prepared;
    private Task? preparation;
    private long lastNumber;
    private long usedBytes;

    private sealed record PreparedFile(long Number, Ports.IDataFile Data, long Capacity);

    /// <summary>Starts to prepare the next file once the present one is half full. Called under the gate.</summary>
    private void PrepareNextFile()
    {
        if (preparation is not null || prepared is not null || isClosing || isReadOnly || active is null || active.Used * 2 < active.Capacity)
        {
            return;
        }

        var done = new TaskCompletionSource();
        preparation = done.Task;
        scheduler.Post(state => _ = PrepareInBackgroundAsync((TaskCompletionSource)state!), done);
    }

    private async Task PrepareInBackgroundAsync(TaskCompletionSource done)
    {
        try
        {
            var ready = await PrepareAsync().ConfigureAwait(false);
            lock (gate)
            {
                prepared = ready;
            }
        }
        catch (Exception exception)
        {
            // Without a prepared file the next one is made when it is needed; if that fails too, the flush says so.
            LogNotPrepared(exception);
        }
        finally
        {
            lock (gate)
            {
                preparation = null;
            }

            done.SetResult();
        }
    }

    private async ValueTask<PreparedFile> PrepareAsync()
    {
        string? spare = null;
        long number;
        long capacity;
        lock (gate)
        {
            number = ++lastNumber;
            capacity = Math.Min(options.FileBytes, Math.Max(options.FirstFileBytes, (active?.Capacity ?? 0) * GrowthFactor));
            if (spares.Count > 0)
            {
                spare = spares[^1];
                spares.RemoveAt(spares.Count - 1);
            }
        }

        var path = JournalFormat.NameOf(number);
        if (spare is not null)
        {
            await files.RenameAsync(spare, path, replace: true, CancellationToken.None).ConfigureAwait(false);
        }

        var data = await files.OpenAsync(path, create: true, CancellationToken.None).ConfigureAwait(false)
            ?? throw new IOException($"{path} could not be made.");
        try
        {
            if (spare is null)
            {
                await FillWithZeroesAsync(data, capacity).ConfigureAwait(false);
            }

            await files.FlushFolderAsync(JournalFormat.Folder, CancellationToken.None).ConfigureAwait(false);
            return new PreparedFile(number, data, Math.Max(capacity, data.Length));
        }
        catch
        {
            data.Dispose();
            GiveUp(number);
            throw;
        }
    }

    // Nothing names the file, now or later; it is removed with the next ones that nobody needs.
    private void GiveUp(long number)
    {
        lock (gate)
        {
            leftovers.Enqueue(JournalFormat.NameOf(number));
        }
    }

    // Really written: blocks that are only reserved turn every later flush into a change of metadata.
    private static async ValueTask FillWithZeroesAsync(Ports.IDataFile data, long capacity)
    {
        var written = 0L;
        for (var i = 1; written < capacity; i++)
        {
            var count = (int)Math.Min(ZeroBytes, capacity - written);
            await data.WriteAsync(written, Zeroes.AsMemory(0, count), CancellationToken.None).ConfigureAwait(false);
            written += count;
            if (i % ZeroesPerFlush == 0)
            {
                await data.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }

        await data.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Makes the next file the active one. Its header is durable when this completes; groups go there from then on.</summary>
    private async ValueTask<JournalFile> SwitchFileAsync()
    {
        Task? pending;
        lock (gate)
        {
            pending = preparation;
        }

        if (pending is not null)
        {
            await pending.ConfigureAwait(false);
        }

        PreparedFile? next;
        lock (gate)
        {
            next = prepared;
            prepared = null;
        }

        if (next is not null && IsGivenUp(next.Number))
        {
            next.Data.Dispose();
            GiveUp(next.Number);
            next = null;
        }

        next ??= await PrepareEmptyAsync().ConfigureAwait(false);
        var previous = active;
        var salt = new byte[JournalFormat.SaltBytes];
        random(salt);
        var header = new FileHeader(
            next.Number, salt, previous?.Number ?? chainNumber, previous?.Used ?? chainBytes, lastGroup, lastGroupCrc, Volatile.Read(ref durableCeiling));
        try
        {
            await next.Data.WriteAsync(0, header.ToBlock(), CancellationToken.None).ConfigureAwait(false);
            await next.Data.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            next.Data.Dispose();
            GiveUp(next.Number);
            throw;
        }

        var file = new JournalFile(header, next.Data, next.Capacity);
        lock (gate)
        {
            active = file;
            journalFiles.Add(file);
            usedBytes += file.Used;
        }

        LogNewFile(file.Path, file.Capacity);
        return file;
    }

    // Nothing was prepared in time: the file grows as it is written, slower but without a wait.
    private async ValueTask<PreparedFile> PrepareEmptyAsync()
    {
        long number;
        lock (gate)
        {
            number = ++lastNumber;
        }

        var path = JournalFormat.NameOf(number);
        var data = await files.OpenAsync(path, create: true, CancellationToken.None).ConfigureAwait(false)
            ?? throw new IOException($"{path} could not be made.");
        await files.FlushFolderAsync(JournalFormat.Folder, CancellationToken.None).ConfigureAwait(false);
        return new PreparedFile(number, data, options.FileBytes);
    }
}
