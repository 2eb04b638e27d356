using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace OrleansTemporal.Wire;

/// <summary>Finds the format of every type that agents take or give: scalars, records of them, and collections.</summary>
internal static class WireFormats
{
    private static readonly ConcurrentDictionary<Type, WireFormat> Known = new(WireScalars.All);

    private static readonly HashSet<Type> Numbers =
    [
        typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double),
    ];

    /// <summary>The format of a type.</summary>
    /// <exception cref="NotSupportedException">Its values can not travel: it is no plain record.</exception>
    public static WireFormat<T> Of<T>() => (WireFormat<T>)Known.GetOrAdd(typeof(T), static type => Create(type));

    /// <summary>Whether a type is the product's and its values travel in these formats.</summary>
    public static bool Covers(Type type) => IsOurs(type) && (type.IsEnum || Known.ContainsKey(type) || IsPlain(type));

    /// <summary>How a snapshot of shapes calls a type.</summary>
    public static string NameOf(Type type) => type.IsGenericType ? Format(type).Shape : type.Name;

    /// <summary>The format of a type that is known at run time only.</summary>
    public static WireFormat Format(Type type) => Known.GetOrAdd(type, static type => Create(type));

    private static WireFormat Create(Type type)
    {
        var format = type switch
        {
            { IsEnum: true } => typeof(WireCollections.EnumOf<>).MakeGenericType(type),
            { IsGenericType: true } when type.GetGenericTypeDefinition() is var shape => CreateGeneric(type, shape),
            _ when IsOurs(type) && IsPlain(type) => typeof(WireRecord<>).MakeGenericType(type),
            _ => null,
        };
        return format is null
            ? throw new NotSupportedException($"{type} can not travel between silos: it is no plain record, and has no format in {nameof(WireScalars)}.")
            : (WireFormat)Activator.CreateInstance(format)!;
    }

    private static Type? CreateGeneric(Type type, Type shape)
    {
        var inner = type.GetGenericArguments();
        return shape == typeof(Nullable<>) ? typeof(WireCollections.MaybeOf<>).MakeGenericType(inner)
            : shape == typeof(KeyValuePair<,>) ? typeof(WireCollections.PairOf<,>).MakeGenericType(inner)
            : shape == typeof(ImmutableSortedDictionary<,>) ? typeof(WireCollections.SortedOf<,>).MakeGenericType(inner)
            : shape == typeof(ReadOnlyMemory<>) && Numbers.Contains(inner[0]) ? typeof(WireCollections.MemoryOf<>).MakeGenericType(inner)
            : shape == typeof(ImmutableArray<>) && Numbers.Contains(inner[0]) ? typeof(WireCollections.NumbersOf<>).MakeGenericType(inner)
            : shape == typeof(ImmutableArray<>) ? typeof(WireCollections.ArrayOf<>).MakeGenericType(inner)
            : null;
    }

    private static bool IsOurs(Type type) =>
        (type.Assembly == typeof(Agents.IAgent).Assembly || type.Assembly == typeof(Agents.MaintenanceBudget).Assembly)
        && !type.IsGenericType && !type.IsInterface && !type.IsAbstract;

    private static bool IsPlain(Type type) =>
        (bool)typeof(WireRecord<>).MakeGenericType(type).GetProperty(nameof(WireRecord<object>.IsPlain))!.GetValue(null)!;
}
