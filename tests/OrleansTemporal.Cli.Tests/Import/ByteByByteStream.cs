namespace OrleansTemporal.Cli.Tests.Import;

/// <summary>Gives a few bytes at a time, as pipes may.</summary>
internal sealed class ByteByByteStream(byte[] content, int bytesPerRead) : Stream
{
    private int position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var taken = Math.Min(Math.Min(count, bytesPerRead), content.Length - position);
        Array.Copy(content, position, buffer, offset, taken);
        position += taken;
        return taken;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var taken = Math.Min(Math.Min(buffer.Length, bytesPerRead), content.Length - position);
        content.AsSpan(position, taken).CopyTo(buffer.Span);
        position += taken;
        return ValueTask.FromResult(taken);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
