using System.Buffers;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <summary>A piece of a journal file, in a rented buffer that is filled again and again.</summary>
internal sealed class JournalWindow : IDisposable
{
    private byte[] buffer = [];

    /// <summary>Where the piece starts in the file.</summary>
    public int Start { get; private set; }

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(0, Length);

    /// <summary>Reads another piece; shorter than asked only where the file ends.</summary>
    public async ValueTask FillAsync(IDataFile data, int start, int length, CancellationToken cancellationToken)
    {
        (Start, Length) = (start, 0);
        if (buffer.Length < length)
        {
            Dispose();
            buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        if (length > 0)
        {
            Length = await data.ReadAsync(start, buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        buffer = [];
    }
}
