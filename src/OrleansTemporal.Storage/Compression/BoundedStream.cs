namespace OrleansTemporal.Storage.Compression;

/// <summary>Writes into an array and drops what is beyond its bound, so that a block which does not compress costs no memory.</summary>
internal sealed class BoundedStream(byte[] target, int lengthMax) : Stream
{
    private int length;

    /// <summary>Whether more was written than fits.</summary>
    public bool IsOverflown { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position { get => length; set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (IsOverflown || buffer.Length > lengthMax - length)
        {
            IsOverflown = true;
            return;
        }

        buffer.CopyTo(target.AsSpan(length));
        length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
