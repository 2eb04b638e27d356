namespace OrleansTemporal.Import;

/// <summary>The part of a stream that is looked at: refilled from behind, counted in lines, as large as its largest row at most.</summary>
internal sealed class InputWindow(Stream stream)
{
    /// <summary>Bytes of one row at most; far above what a value may have, so that a too large one is refused by itself.</summary>
    public const int RowBytesMax = 64 << 20;

    private const int FirstBytes = 1 << 16;
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private byte[] buffer = new byte[FirstBytes];
    private int start;
    private int end;
    private bool isFirst = true;

    /// <summary>Line of the first byte in the window, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Bytes taken so far.</summary>
    public long BytesTaken { get; private set; }

    /// <summary>True when nothing comes behind the window.</summary>
    public bool IsLast { get; private set; }

    public ReadOnlySpan<byte> Span => buffer.AsSpan(start, end - start);

    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(start, end - start);

    /// <summary>Steps over bytes at the front.</summary>
    public void Take(int count)
    {
        Line += buffer.AsSpan(start, count).Count((byte)'\n');
        BytesTaken += count;
        start += count;
    }

    /// <summary>Reads more behind the window.</summary>
    /// <exception cref="MalformedInputException">One row is larger than <see cref="RowBytesMax"/>.</exception>
    public async ValueTask ReadMoreAsync(CancellationToken cancellationToken)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length)
        {
            if (buffer.Length >= RowBytesMax)
                throw new MalformedInputException(Line, $"one row is larger than {RowBytesMax >> 20} MiB.");
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        do
        {
            var count = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
            end += count;
            IsLast = count == 0;
        }
        while (isFirst && !IsLast && end < ByteOrderMark.Length);

        if (isFirst && Span.StartsWith(ByteOrderMark))
            Take(ByteOrderMark.Length);
        isFirst = false;
    }
}
