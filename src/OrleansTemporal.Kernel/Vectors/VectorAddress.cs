using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>Content addresses of vectors.</summary>
public static class VectorAddress
{
    /// <summary>
    /// SHA-256 under the tag <c>ot/vector</c> of the values, little-endian, and the UTF-8 of the model's name. How many
    /// values there are is part of what a collection is, so the two never run into each other within one.
    /// </summary>
    public static Distinction Of(ReadOnlySpan<float> values, string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (BitConverter.IsLittleEndian)
        {
            return TaggedHash.Hash(HashTag.Vector, MemoryMarshal.AsBytes(values), Encoding.UTF8.GetBytes(model));
        }

        var bytes = new byte[values.Length * sizeof(float)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        return TaggedHash.Hash(HashTag.Vector, bytes, Encoding.UTF8.GetBytes(model));
    }
}
