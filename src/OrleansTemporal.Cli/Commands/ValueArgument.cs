using OrleansTemporal.Errors;

namespace OrleansTemporal.Commands;

/// <summary>A value on the command line: JSON itself, <c>-</c> for standard input, or <c>@file</c>.</summary>
internal static class ValueArgument
{
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(string text, Stream standardInput, CancellationToken cancellationToken)
    {
        if (text == "-")
            return await ReadAsync(standardInput, cancellationToken);
        if (!text.StartsWith('@'))
            return System.Text.Encoding.UTF8.GetBytes(text);

        var path = text[1..];
        if (!File.Exists(path))
            throw new TemporalException(ErrorKind.Invalid, Advice.InputUnreadable, $"There is no file {path}.");
        await using var file = File.OpenRead(path);
        return await ReadAsync(file, cancellationToken);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (content.Length + count > Limits.BodyBytesMax)
                throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BodyTooLarge, $"The value is larger than {Limits.BodyBytesMax >> 20} MiB.");
            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }
}
