using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace OrleansTemporal.Architecture.Tests.Contracts;

/// <summary>
/// What makes an interface grain-shaped: it can be served in process, by a grain and by a client of a cluster,
/// and nothing that crosses it can change afterwards.
/// </summary>
internal static class ContractRules
{
    private static readonly HashSet<Type> Leaves =
    [
        typeof(string), typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long), typeof(ulong), typeof(Int128), typeof(UInt128), typeof(float), typeof(double), typeof(decimal),
        typeof(char), typeof(Guid), typeof(DateTimeOffset), typeof(DateTime), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan),
    ];

    private static readonly HashSet<Type> Containers =
    [
        typeof(Nullable<>), typeof(KeyValuePair<,>), typeof(ReadOnlyMemory<>), typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>),
        typeof(ImmutableSortedSet<>), typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>),
        typeof(FrozenDictionary<,>), typeof(FrozenSet<>),
    ];

    public static IEnumerable<string> Violations(Type contract)
    {
        foreach (var property in contract.GetProperties())
            yield return $"{contract.Name}.{property.Name} is a property";
        foreach (var @event in contract.GetEvents())
            yield return $"{contract.Name}.{@event.Name} is an event";
        foreach (var method in contract.GetMethods().Where(method => !method.IsSpecialName))
        {
            foreach (var violation in Violations(method))
                yield return $"{contract.Name}.{method.Name}: {violation}";
        }
    }

    private static IEnumerable<string> Violations(MethodInfo method)
    {
        if (method.IsGenericMethodDefinition)
            yield return "is generic";
        if (method.IsStatic)
            yield return "is static";

        var result = Result(method.ReturnType, out var isAsynchronous);
        if (!isAsynchronous)
            yield return $"returns {method.ReturnType.Name}, not Task, ValueTask or IAsyncEnumerable";
        else if (result is not null && Mutable(result) is { } fault)
            yield return $"its result is not immutable: {fault}";

        var parameters = method.GetParameters();
        if (parameters.Length == 0 || parameters[^1].ParameterType != typeof(CancellationToken))
            yield return "its last parameter is no CancellationToken";
        foreach (var parameter in parameters)
        {
            var type = parameter.ParameterType;
            if (type == typeof(CancellationToken) && parameter.Position == parameters.Length - 1)
                continue;
            if (type.IsByRef)
                yield return $"{parameter.Name} is passed by reference";
            else if (Mutable(type) is { } fault)
                yield return $"{parameter.Name} is not immutable: {fault}";
        }
    }

    private static Type? Result(Type type, out bool isAsynchronous)
    {
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        isAsynchronous = definition == typeof(Task) || definition == typeof(ValueTask) || definition == typeof(Task<>)
            || definition == typeof(ValueTask<>) || definition == typeof(IAsyncEnumerable<>);
        return isAsynchronous && type.IsGenericType ? type.GetGenericArguments()[0] : null;
    }

    /// <summary>Why a value of the type could change or can't travel; null when it is as it should be.</summary>
    public static string? Mutable(Type type) => Mutable(type, []);

    private static string? Mutable(Type type, HashSet<Type> seen)
    {
        if (Leaves.Contains(type) || type.IsEnum || !seen.Add(type))
            return null;
        if (type.IsGenericType && Containers.Contains(type.GetGenericTypeDefinition()))
            return type.GetGenericArguments().Select(argument => Mutable(argument, seen)).FirstOrDefault(fault => fault is not null);
        if (type.IsByRefLike || type.IsPointer || type.IsInterface || type.IsArray || type.IsAssignableTo(typeof(Delegate)))
            return $"{type.Name} is a reference to something that can change";
        if (type.Assembly == typeof(object).Assembly && type.Namespace?.StartsWith("System.Runtime.Intrinsics", StringComparison.Ordinal) == true)
            return null;
        if (type.Namespace?.StartsWith("OrleansTemporal", StringComparison.Ordinal) != true)
            return $"{type.Name} is not a type of Abstractions and not a primitive";
        if (type.IsClass && !type.IsSealed && !type.IsAbstract)
            return $"{type.Name} is not sealed";
        return Fields(type, seen) ?? Cases(type, seen);
    }

    private static string? Fields(Type type, HashSet<Type> seen)
    {
        for (var declaring = type; declaring is not null && declaring != typeof(object) && declaring != typeof(ValueType); declaring = declaring.BaseType)
        {
            foreach (var field in declaring.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (!field.IsInitOnly && declaring.GetCustomAttribute<InlineArrayAttribute>() is null)
                    return $"{type.Name}.{Plain(field.Name)} can be set";
                if (Mutable(field.FieldType, seen) is { } fault)
                    return $"{type.Name}.{Plain(field.Name)}: {fault}";
            }
        }

        return null;
    }

    private static string? Cases(Type type, HashSet<Type> seen) => !type.IsAbstract
        ? null
        : type.Assembly.GetTypes().Where(other => other.BaseType == type).Select(other => Mutable(other, seen)).FirstOrDefault(fault => fault is not null);

    private static string Plain(string field) => field.StartsWith('<') ? field[1..field.IndexOf('>', StringComparison.Ordinal)] : field;
}
