using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace OrleansTemporal.Kv;

/// <summary>The bytes of a batch that say whether two requests are the same: every field length-prefixed, so injective.</summary>
internal static class KvBatchDigest
{
    public static byte[] BytesOf(ImmutableArray<KvOperation> operations)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var operation in operations)
        {
            var flags = (byte)operation.Kind | (operation.IfAbsent ? 16 : 0) | (operation.IfPresent ? 32 : 0) | (operation.IfMatch is null ? 0 : 64) | (operation.TimeToLive is null ? 0 : 128);
            buffer.Write([(byte)flags]);
            Write(buffer, Encoding.UTF8.GetBytes(operation.Key));
            Write(buffer, operation.Value.Span);
            if (operation.TimeToLive is { } time)
            {
                BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(8), time.Ticks);
                buffer.Advance(8);
            }

            Write(buffer, operation.IfMatch is { } match ? Encoding.UTF8.GetBytes(match.ToString()) : []);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(4), bytes.Length);
        buffer.Advance(4);
        buffer.Write(bytes);
    }
}
