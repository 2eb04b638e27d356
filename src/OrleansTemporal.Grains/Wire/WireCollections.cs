using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Wire;

/// <summary>Formats of what holds other values.</summary>
internal static class WireCollections
{
    /// <summary>An array: its count plus one, zero for none at all, then the items.</summary>
    public sealed class ArrayOf<T> : WireFormat<ImmutableArray<T>>
    {
        private readonly WireFormat<T> items = WireFormats.Of<T>();

        public override string Shape => WireFormats.NameOf(typeof(T)) + "[]";

        public override void Write(WireWriter writer, ImmutableArray<T> value)
        {
            if (value.IsDefault)
            {
                writer.WriteByte(0);
                return;
            }

            writer.WriteVarint((ulong)value.Length + 1);
            foreach (var item in value)
            {
                items.Write(writer, item);
            }
        }

        public override ImmutableArray<T> Read(ref WireReader reader)
        {
            var count = reader.ReadCount(items.BytesMin);
            if (count < 2)
            {
                return count == 0 ? default : [];
            }

            var values = new T[count - 1];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = items.Read(ref reader);
            }

            return ImmutableCollectionsMarshal.AsImmutableArray(values);
        }
    }

    /// <summary>An array of numbers, copied as it lies in memory.</summary>
    public sealed class NumbersOf<T> : WireFormat<ImmutableArray<T>>
        where T : unmanaged
    {
        public override string Shape => WireFormats.NameOf(typeof(T)) + "[] raw";

        public override void Write(WireWriter writer, ImmutableArray<T> value)
        {
            writer.WriteVarint(value.IsDefault ? 0 : (ulong)value.Length + 1);
            writer.WriteRaw(value.AsSpan());
        }

        public override ImmutableArray<T> Read(ref WireReader reader)
        {
            var count = reader.ReadCount(System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
            return count == 0 ? default : ImmutableCollectionsMarshal.AsImmutableArray(reader.ReadRaw<T>(count - 1));
        }
    }

    /// <summary>Memory with numbers, copied as it lies there; bytes are not copied again when they are read.</summary>
    public sealed class MemoryOf<T> : WireFormat<ReadOnlyMemory<T>>
        where T : unmanaged
    {
        public override string Shape => WireFormats.NameOf(typeof(T)) + " memory";

        public override void Write(WireWriter writer, ReadOnlyMemory<T> value)
        {
            writer.WriteVarint((ulong)value.Length);
            writer.WriteRaw(value.Span);
        }

        public override ReadOnlyMemory<T> Read(ref WireReader reader)
        {
            var count = reader.ReadCount(System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
            return typeof(T) == typeof(byte) ? (ReadOnlyMemory<T>)(object)reader.ReadMemory(count) : reader.ReadRaw<T>(count);
        }
    }

    /// <summary>A value or none.</summary>
    public sealed class MaybeOf<T> : WireFormat<T?>
        where T : struct
    {
        private readonly WireFormat<T> inner = WireFormats.Of<T>();

        public override string Shape => WireFormats.NameOf(typeof(T)) + "?";

        public override void Write(WireWriter writer, T? value)
        {
            writer.WriteByte(value.HasValue ? (byte)1 : (byte)0);
            if (value is { } present)
            {
                inner.Write(writer, present);
            }
        }

        public override T? Read(ref WireReader reader) => reader.ReadByte() == 0 ? null : inner.Read(ref reader);
    }

    /// <summary>A key and its value.</summary>
    public sealed class PairOf<TKey, TValue> : WireFormat<KeyValuePair<TKey, TValue>>
    {
        private readonly WireFormat<TKey> keys = WireFormats.Of<TKey>();
        private readonly WireFormat<TValue> values = WireFormats.Of<TValue>();

        public override string Shape => $"({WireFormats.NameOf(typeof(TKey))}, {WireFormats.NameOf(typeof(TValue))})";

        public override void Write(WireWriter writer, KeyValuePair<TKey, TValue> value)
        {
            keys.Write(writer, value.Key);
            values.Write(writer, value.Value);
        }

        public override KeyValuePair<TKey, TValue> Read(ref WireReader reader) => new(keys.Read(ref reader), values.Read(ref reader));
    }

    /// <summary>A sorted dictionary: its count plus one, zero for null, then keys and values. Texts are in the order of their code units.</summary>
    public sealed class SortedOf<TKey, TValue> : WireFormat<ImmutableSortedDictionary<TKey, TValue>>
        where TKey : notnull
    {
        private readonly PairOf<TKey, TValue> pairs = new();

        public override string Shape => pairs.Shape + "[] sorted";

        public override void Write(WireWriter writer, ImmutableSortedDictionary<TKey, TValue> value)
        {
            writer.WriteVarint(value is null ? 0 : (ulong)value.Count + 1);
            foreach (var pair in value ?? ImmutableSortedDictionary<TKey, TValue>.Empty)
            {
                pairs.Write(writer, pair);
            }
        }

        public override ImmutableSortedDictionary<TKey, TValue> Read(ref WireReader reader)
        {
            var count = reader.ReadCount(pairs.BytesMin);
            if (count == 0)
            {
                return null!;
            }

            var builder = ImmutableSortedDictionary.CreateBuilder<TKey, TValue>(
                typeof(TKey) == typeof(string) ? (IComparer<TKey>)(object)StringComparer.Ordinal : Comparer<TKey>.Default);
            for (var i = 1; i < count; i++)
            {
                builder.Add(pairs.Read(ref reader));
            }

            return builder.ToImmutable();
        }
    }

    /// <summary>A number that has names, as a varint.</summary>
    public sealed class EnumOf<T> : WireFormat<T>
        where T : struct, Enum
    {
        public override string Shape => "number of " + typeof(T).Name;

        public override void Write(WireWriter writer, T value) => writer.WriteVarint(Convert.ToUInt64(value, System.Globalization.CultureInfo.InvariantCulture));

        public override T Read(ref WireReader reader) => (T)Enum.ToObject(typeof(T), reader.ReadVarint());
    }
}
