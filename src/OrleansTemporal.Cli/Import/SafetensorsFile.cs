using System.Buffers.Binary;
using System.Text.Json;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Import;

/// <summary>
/// Reads the tensors of a safetensors file as one vector of float32, in the order in which they lie in the file. The format:
/// 8 bytes of length, a JSON object with type, shape and place of each tensor, their bytes in little-endian order.
/// </summary>
internal static class SafetensorsFile
{
    private const int HeaderBytesMax = 100 << 20;
    private const int PartBytes = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Told how much has been read, 0 to 1.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: it is no such file, or has tensors of other types than F32, F16 and BF16.</exception>
    public static async Task<float[]> ReadAsync(string path, IProgress<double> progress, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var lengthBytes = new byte[sizeof(ulong)];
        await ReadExactlyAsync(file, lengthBytes, cancellationToken);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > HeaderBytesMax || (long)length > file.Length - sizeof(ulong))
            throw Refuse($"the header is said to have {length} bytes");

        var header = new byte[length];
        await ReadExactlyAsync(file, header, cancellationToken);
        var tensors = ReadHeader(header, file.Length - file.Position);
        var dimensions = tensors.Sum(static tensor => tensor.Count);
        if (dimensions is 0 or > Limits.TimelineDimensionsMax)
            throw Refuse($"it has {dimensions} numbers, and a timeline has 1 to {Limits.TimelineDimensionsMax}");

        var state = new float[dimensions];
        var at = 0;
        var begin = file.Position;
        foreach (var tensor in tensors)
        {
            file.Position = begin + tensor.Begin;
            await ReadTensorAsync(file, tensor, state.AsMemory(at, (int)tensor.Count), cancellationToken);
            at += (int)tensor.Count;
            progress.Report((double)at / dimensions);
        }

        return state;
    }

    private static List<Tensor> ReadHeader(byte[] header, long dataBytes)
    {
        try
        {
            using var json = JsonDocument.Parse(header);
            var tensors = new List<Tensor>();
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (member.Name == "__metadata__")
                    continue;
                var type = member.Value.GetProperty("dtype").GetString();
                var width = type switch { "F32" => sizeof(float), "F16" or "BF16" => sizeof(ushort), _ => throw Refuse($"tensor '{member.Name}' is of type {type}; F32, F16 and BF16 are read") };
                var places = member.Value.GetProperty("data_offsets");
                var (begin, end) = (places[0].GetInt64(), places[1].GetInt64());
                var count = member.Value.GetProperty("shape").EnumerateArray().Aggregate(1L, static (product, side) => checked(product * side.GetInt64()));
                if (begin < 0 || end > dataBytes || count < 0 || end - begin != count * width)
                    throw Refuse($"tensor '{member.Name}' does not lie where it is said to");
                tensors.Add(new Tensor(type!, begin, count));
            }

            return [.. tensors.OrderBy(static tensor => tensor.Begin)];
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw Refuse(malformed.Message);
        }
    }

    private static async Task ReadTensorAsync(FileStream file, Tensor tensor, Memory<float> values, CancellationToken cancellationToken)
    {
        var width = tensor.Type == "F32" ? sizeof(float) : sizeof(ushort);
        var part = new byte[Math.Min(PartBytes, Math.Max(1, tensor.Count * width))];
        for (var done = 0; done < values.Length;)
        {
            var count = Math.Min(part.Length / width, values.Length - done);
            await ReadExactlyAsync(file, part.AsMemory(0, count * width), cancellationToken);
            Decode(tensor.Type, part.AsSpan(0, count * width), values.Span.Slice(done, count));
            done += count;
        }
    }

    private static void Decode(string type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = type switch
            {
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]),
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(i * sizeof(ushort))..]),
                _ => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(ushort))..]) << 16),
            };
        }
    }

    private static async Task ReadExactlyAsync(FileStream file, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.ReadExactlyAsync(bytes, cancellationToken);
        }
        catch (EndOfStreamException)
        {
            throw Refuse("it ends too early");
        }
    }

    private static TemporalException Refuse(string problem) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, $"The file is no safetensors file that can be read: {problem}.") { Field = "file" };

    private sealed record Tensor(string Type, long Begin, long Count);
}
