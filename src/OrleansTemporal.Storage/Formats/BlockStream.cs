using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Formats;

/// <summary>Reads neighbouring blocks of one object in larger steps, for scans that should not fill the cache. Not thread-safe.</summary>
internal sealed class BlockStream(IObjectStore store, string path, long end)
{
    private const int StepBytes = 1 << 20;
    private byte[] buffer = [];
    private long bufferOffset;
    private int bufferLength;

    /// <summary>The stored bytes at an offset of the object; valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long offset, int length, CancellationToken cancellationToken)
    {
        if (offset < bufferOffset || offset + length > bufferOffset + bufferLength)
        {
            var wanted = (int)Math.Max(length, Math.Min(StepBytes, end - offset));
            if (buffer.Length < wanted)
            {
                buffer = GC.AllocateUninitializedArray<byte>(wanted);
            }

            bufferLength = 0;
            await Section.ReadAsync(store, path, offset, buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
            bufferOffset = offset;
            bufferLength = wanted;
        }

        return buffer.AsMemory((int)(offset - bufferOffset), length);
    }
}
