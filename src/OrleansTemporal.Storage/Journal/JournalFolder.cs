using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <summary>The files of a journal folder and how they hang together: each header names the file before it.</summary>
internal sealed class JournalFolder
{
    private readonly SortedDictionary<long, JournalFile> headed = [];
    private readonly SortedDictionary<long, string> headless = [];

    /// <summary>From the oldest to the newest.</summary>
    public List<JournalFile> Chain { get; } = [];

    /// <summary>Files of full size that can be used again.</summary>
    public List<string> Spares { get; } = [];

    /// <summary>Files that are no part of the journal: void, prepared and never used, or spare and too small.</summary>
    public List<string> Leftovers { get; } = [];

    /// <summary>Torn ends that were kept.</summary>
    public List<string> Torn { get; } = [];

    public long NumberMax { get; private set; }

    /// <summary>Says that a file is missing or has lost its header, so that what it held is lost.</summary>
    public TemporalException? Lost { get; private set; }

    /// <exception cref="TemporalException">Invalid, <c>format_too_new</c>.</exception>
    public static async ValueTask<JournalFolder> ReadAsync(IFileSystem files, long spareBytesMin, CancellationToken cancellationToken)
    {
        var folder = new JournalFolder();
        try
        {
            foreach (var info in await files.ListAsync(JournalFormat.Folder, recursive: false, cancellationToken).ConfigureAwait(false))
            {
                await folder.AddAsync(files, info, spareBytesMin, cancellationToken).ConfigureAwait(false);
            }

            folder.Link();
            return folder;
        }
        catch
        {
            foreach (var file in folder.headed.Values)
            {
                file.Data.Dispose();
            }

            throw;
        }
    }

    private async ValueTask AddAsync(IFileSystem files, ObjectInfo info, long spareBytesMin, CancellationToken cancellationToken)
    {
        if (JournalFormat.IsSpare(info.Path))
        {
            (info.LengthBytes >= spareBytesMin ? Spares : Leftovers).Add(info.Path);
        }
        else if (JournalFormat.IsTorn(info.Path))
        {
            Torn.Add(info.Path);
        }
        else if (JournalFormat.TryParseName(info.Path, out var number)
            && await files.OpenAsync(info.Path, create: false, cancellationToken).ConfigureAwait(false) is { } data)
        {
            NumberMax = Math.Max(NumberMax, number);
            var block = new byte[JournalFormat.BlockBytes];
            var length = await data.ReadAsync(0, block, cancellationToken).ConfigureAwait(false);
            var header = FileHeader.TryRead(block.AsSpan(0, length), number, out var version);
            if (version > JournalFormat.Version)
            {
                data.Dispose();
                throw new TemporalException(
                    ErrorKind.Invalid, ErrorCodes.FormatTooNew, $"{info.Path} has format {version}; this release reads formats up to {JournalFormat.Version}.");
            }

            if (header is null)
            {
                data.Dispose();
                headless.Add(number, info.Path);
            }
            else
            {
                headed.Add(number, new JournalFile(header, data, data.Length));
            }
        }
    }

    // From the newest file back. What lies between two linked files was given up before anything in it was durable.
    private void Link()
    {
        var wanted = headed.Count > 0 ? headed.Keys.Max() : 0;
        while (wanted != 0 && headed.Remove(wanted, out var file))
        {
            Chain.Insert(0, file);
            wanted = file.Header.PreviousNumber;
        }

        foreach (var (number, file) in headed)
        {
            file.Data.Dispose();
            if (number < wanted)
            {
                Lost ??= JournalErrors.Corrupt(JournalFormat.NameOf(wanted), 0, $"the file is missing although {file.Path}, which is older, is there.");
            }
            else
            {
                Leftovers.Add(file.Path);
            }
        }

        headed.Clear();
        if (headless.ContainsKey(wanted))
        {
            Lost ??= JournalErrors.Corrupt(JournalFormat.NameOf(wanted), 0, "the header of the file does not verify.");
        }
    }

    /// <summary>
    /// Looks at the files without a header once the others are read: they were prepared and never used, unless the group
    /// that comes next stands in one. Then it lost its header.
    /// </summary>
    public async ValueTask CheckHeadlessAsync(IFileSystem files, ulong lastGroup, uint lastGroupCrc, CancellationToken cancellationToken)
    {
        var newest = Chain.Count > 0 ? Chain[^1].Number : 0;
        var oldest = Chain.Count > 0 ? Chain[0].Header.PreviousNumber : 0;
        foreach (var (number, path) in headless)
        {
            if (number > newest && await HoldsGroupAsync(files, path, lastGroup + 1, lastGroupCrc, cancellationToken).ConfigureAwait(false))
            {
                Lost ??= JournalErrors.Corrupt(path, 0, "the header of the file does not verify, and a group stands behind it.");
            }
            else if (number > oldest)
            {
                Leftovers.Add(path);
            }
        }
    }

    private static async ValueTask<bool> HoldsGroupAsync(
        IFileSystem files, string path, ulong number, uint previousCrc, CancellationToken cancellationToken)
    {
        using var data = await files.OpenAsync(path, create: false, cancellationToken).ConfigureAwait(false);
        var block = new byte[JournalFormat.BlockBytes];
        var length = data is null ? 0 : await data.ReadAsync(JournalFormat.BlockBytes, block, cancellationToken).ConfigureAwait(false);
        return GroupShape.TryRead(block.AsSpan(0, length), 0, null, out var shape) && shape.Number == number && shape.PreviousCrc == previousCrc;
    }
}
