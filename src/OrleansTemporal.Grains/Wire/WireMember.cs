using System.Reflection;

namespace OrleansTemporal.Wire;

/// <summary>One member of a plain record.</summary>
internal abstract class WireMember<T>(string name)
{
    public string Name { get; } = name;

    public abstract string Shape { get; }

    public abstract void Write(WireWriter writer, ref T value);

    public abstract void Read(ref WireReader reader, ref T value);

    public static WireMember<T> Of(PropertyInfo property) =>
        (WireMember<T>)Activator.CreateInstance(
            (typeof(T).IsValueType ? typeof(OfValue<>) : typeof(OfObject<>)).MakeGenericType(typeof(T), property.PropertyType), property)!;

    private sealed class OfObject<TMember>(PropertyInfo property) : WireMember<T>(property.Name)
    {
        private readonly WireFormat<TMember> format = WireFormats.Of<TMember>();
        private readonly Func<T, TMember> get = property.GetMethod!.CreateDelegate<Func<T, TMember>>();
        private readonly Action<T, TMember> set = property.SetMethod!.CreateDelegate<Action<T, TMember>>();

        public override string Shape => WireFormats.NameOf(typeof(TMember));

        public override void Write(WireWriter writer, ref T value) => format.Write(writer, get(value));

        public override void Read(ref WireReader reader, ref T value) => set(value, format.Read(ref reader));
    }

    private sealed class OfValue<TMember>(PropertyInfo property) : WireMember<T>(property.Name)
    {
        private readonly WireFormat<TMember> format = WireFormats.Of<TMember>();
        private readonly Getter get = property.GetMethod!.CreateDelegate<Getter>();
        private readonly Setter set = property.SetMethod!.CreateDelegate<Setter>();

        private delegate TMember Getter(ref T value);

        private delegate void Setter(ref T value, TMember member);

        public override string Shape => WireFormats.NameOf(typeof(TMember));

        public override void Write(WireWriter writer, ref T value) => format.Write(writer, get(ref value));

        public override void Read(ref WireReader reader, ref T value) => set(ref value, format.Read(ref reader));
    }
}
