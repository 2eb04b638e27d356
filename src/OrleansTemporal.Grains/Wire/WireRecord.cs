using System.Reflection;
using System.Runtime.CompilerServices;

namespace OrleansTemporal.Wire;

/// <summary>
/// A plain record: its length, then its members in the order of their declaration. A reader skips what a newer sender has
/// added at the end, and gives what an older one does not send its default, so members are added at the end only.
/// </summary>
internal sealed class WireRecord<T> : WireFormat<T>
{
    private const uint Null = uint.MaxValue;

    private readonly WireMember<T>[] members;
    private readonly bool isConstructible = typeof(T).IsValueType || typeof(T).GetConstructor(Type.EmptyTypes) is not null;

    public WireRecord() => members = [.. MembersOf().Select(WireMember<T>.Of)];

    /// <inheritdoc/>
    public override int BytesMin => sizeof(uint);

    /// <inheritdoc/>
    public override string Shape => "{ " + string.Join(", ", members.Select(static member => member.Name + ": " + member.Shape)) + " }";

    /// <summary>Whether a type can travel as its members: each is told at the end of construction and can be set.</summary>
    public static bool IsPlain =>
        MembersOf().Any() && typeof(T).GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .All(static property => property.GetMethod is null || property.SetMethod is not null || !IsStored(property));

    /// <inheritdoc/>
    public override void Write(WireWriter writer, T value)
    {
        if (value is null)
        {
            writer.WriteUInt32(Null);
            return;
        }

        var start = writer.BeginLength();
        foreach (var member in members)
        {
            member.Write(writer, ref value);
        }

        writer.EndLength(start);
    }

    /// <inheritdoc/>
    public override T Read(ref WireReader reader)
    {
        var length = reader.ReadUInt32();
        if (length == Null)
        {
            return default!;
        }

        var outer = reader.Enter((int)length);
        var value = isConstructible ? Activator.CreateInstance<T>() : (T)RuntimeHelpers.GetUninitializedObject(typeof(T));
        foreach (var member in members)
        {
            if (reader.Position == reader.End)
            {
                break;
            }

            member.Read(ref reader, ref value);
        }

        reader.Leave(outer);
        return value;
    }

    private static IEnumerable<PropertyInfo> MembersOf() =>
        from property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.GetIndexParameters().Length == 0 && property.GetMethod is { IsPublic: true } && property.SetMethod is { IsPublic: true }
        orderby property.MetadataToken
        select property;

    // A property that only computes has no field behind it.
    private static bool IsStored(PropertyInfo property) =>
        typeof(T).GetField($"<{property.Name}>k__BackingField", BindingFlags.NonPublic | BindingFlags.Instance) is not null;
}
