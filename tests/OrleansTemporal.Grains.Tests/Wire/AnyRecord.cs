using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Grains.Tests.Wire;

/// <summary>Values of any type that travels, drawn from a seed, and a comparison that looks into them.</summary>
internal sealed class AnyRecord(int seed)
{
    private readonly Random random = new(seed);

    /// <summary>Draws a value.</summary>
    public object? Draw(Type type)
    {
        if (Scalar(type) is { } scalar)
        {
            return scalar;
        }

        if (type.IsEnum)
        {
            var values = Enum.GetValuesAsUnderlyingType(type);
            return Enum.ToObject(type, values.GetValue(random.Next(values.Length))!);
        }

        if (type.IsGenericType)
        {
            return DrawGeneric(type, type.GetGenericArguments());
        }

        return !type.IsValueType && random.Next(8) == 0 ? null : DrawMembers(type);
    }

    /// <summary>The first difference between two values, or null.</summary>
    public static string? Difference(object? left, object? right, string path)
    {
        if (left is null || right is null)
        {
            return left is null && right is null ? null : path;
        }

        var type = left.GetType();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ReadOnlyMemory<>))
        {
            var toArray = type.GetMethod("ToArray")!;
            return Difference(toArray.Invoke(left, null), toArray.Invoke(right, null), path);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) && (bool)type.GetProperty("IsDefault")!.GetValue(left)!)
        {
            return (bool)type.GetProperty("IsDefault")!.GetValue(right)! ? null : path;
        }

        if (left is IEnumerable lefts && left is not string)
        {
            var (a, b) = (lefts.Cast<object?>().ToList(), ((IEnumerable)right).Cast<object?>().ToList());
            return a.Count != b.Count ? path : a.Select((item, i) => Difference(item, b[i], $"{path}[{i}]")).FirstOrDefault(static found => found is not null);
        }

        var members = Members(type);
        return members.Length == 0 || type.Namespace!.StartsWith("System", StringComparison.Ordinal)
            ? (left.Equals(right) ? null : path)
            : members.Select(member => Difference(member.GetValue(left), member.GetValue(right), $"{path}.{member.Name}")).FirstOrDefault(static found => found is not null);
    }

    private static PropertyInfo[] Members(Type type) =>
        [.. type.GetProperties().Where(static property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)];

    private object? DrawGeneric(Type type, Type[] inner)
    {
        var shape = type.GetGenericTypeDefinition();
        if (shape == typeof(Nullable<>))
        {
            return random.Next(2) == 0 ? null : Draw(inner[0]);
        }

        if (shape == typeof(KeyValuePair<,>))
        {
            return Activator.CreateInstance(type, Draw(inner[0]), Draw(inner[1]));
        }

        if (shape == typeof(ImmutableSortedDictionary<,>))
        {
            return ImmutableSortedDictionary.CreateRange(
                StringComparer.Ordinal, Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create($"k{i}", (long)Draw(inner[1])!)));
        }

        var items = Array.CreateInstance(inner[0], random.Next(4));
        for (var i = 0; i < items.Length; i++)
        {
            items.SetValue(Draw(inner[0]), i);
        }

        if (shape == typeof(ReadOnlyMemory<>))
        {
            return Activator.CreateInstance(type, items);
        }

        Assert.Equal(typeof(ImmutableArray<>), shape);
        return random.Next(8) == 0
            ? Activator.CreateInstance(type)
            : typeof(ImmutableArray).GetMethods().Single(static method =>
                method.Name == nameof(ImmutableArray.Create) && method.GetParameters() is [{ ParameterType.IsArray: true } only] && only.GetCustomAttribute<ParamArrayAttribute>() is not null)
                .MakeGenericMethod(inner).Invoke(null, [items]);
    }

    private object DrawMembers(Type type)
    {
        var value = System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
        foreach (var member in Members(type))
        {
            member.SetValue(value, Draw(member.PropertyType));
        }

        return value;
    }

    private object? Scalar(Type type) =>
        type == typeof(string) ? new string('ä', random.Next(5))
        : type == typeof(bool) ? random.Next(2) == 0
        : type == typeof(byte) ? (byte)random.Next()
        : type == typeof(ushort) ? (ushort)random.Next()
        : type == typeof(int) ? random.Next(int.MinValue, int.MaxValue)
        : type == typeof(long) ? random.NextInt64(long.MinValue, long.MaxValue)
        : type == typeof(ulong) ? (ulong)random.NextInt64()
        : type == typeof(UInt128) ? new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64())
        : type == typeof(float) ? random.NextSingle()
        : type == typeof(double) ? random.NextDouble()
        : type == typeof(TimeSpan) ? new TimeSpan(random.NextInt64())
        : type == typeof(DateTimeOffset) ? new DateTimeOffset(random.NextInt64(1L << 60), TimeSpan.Zero)
        : type == typeof(HybridTimestamp) ? new HybridTimestamp((ulong)random.NextInt64())
        : type == typeof(Distinction) ? Distinction.FromBytes(Bytes(Distinction.Size))
        : type == typeof(WriteId) ? (random.Next(4) == 0 ? WriteId.None : new WriteId((uint)random.Next(), random.NextInt64(), (ushort)random.Next()))
        : type == typeof(AgentId) ? (random.Next(4) == 0 ? default : new AgentId("w" + random.Next(9), AgentKind.Kv, "n", random.Next(100)))
        : type == typeof(AsOf) ? random.Next(3) switch { 0 => AsOf.Latest, 1 => AsOf.After(1 + random.Next()), _ => AsOf.At(new HybridTimestamp(1 + (ulong)random.Next())) }
        : type == typeof(SlotSet) ? SlotSet.Where(slot => (slot * seed) % 3 == 0)
        : type == typeof(DataKeyId) ? new DataKeyId(new UInt128(1, (ulong)random.NextInt64()))
        : type == typeof(DataKeyScope) ? DataKeyScope.OfKey("w", "n", "a/b" + random.Next(9))
        : null;

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
