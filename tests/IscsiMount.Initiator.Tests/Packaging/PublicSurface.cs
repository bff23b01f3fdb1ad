using System.Reflection;

namespace IscsiMount.Initiator.Tests.Packaging;

/// <summary>What an assembly shows to others, one line for each type and each member, in a fixed order.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    // What the compiler adds to every record says nothing.
    private static readonly HashSet<string> OfRecords =
    [
        "<Clone>$", "Deconstruct", "EqualityContract", "Equals", "GetHashCode", "PrintMembers", "ToString",
        "op_Equality", "op_Inequality",
    ];

    public static IEnumerable<string> Of(Assembly assembly) => assembly.GetExportedTypes()
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .SelectMany(type => Members(type)
            .Select(member => $"{type.FullName}: {member}")
            .Order(StringComparer.Ordinal)
            .Prepend($"{type.FullName}{Bases(type)}"));

    private static string Bases(Type type)
    {
        IEnumerable<Type> bases = type.GetInterfaces()
            .Where(each => !each.Name.StartsWith("IEquatable", StringComparison.Ordinal) && !type.IsEnum)
            .OrderBy(each => each.FullName, StringComparer.Ordinal);
        Type? parent = type.BaseType == typeof(object) || type.IsValueType ? null : type.BaseType;
        string[] names = [.. (parent is null ? bases : bases.Prepend(parent)).Select(Name)];
        string kind = type.IsEnum ? "enum " : type.IsValueType ? "struct " : type.IsInterface ? "interface " : "class ";
        return $" {kind}{(names.Length == 0 ? "" : ": ")}{string.Join(", ", names)}".TrimEnd();
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}");
        }

        bool isRecord = type.GetMethod("<Clone>$") is not null || type.GetMethod("PrintMembers", Declared) is not null;
        return type.GetConstructors(Declared).Where(IsVisible).Select(each => $"new({Parameters(each)})")
            .Concat(type.GetFields(Declared).Where(each => each.IsPublic).Select(
                each => $"{(each.IsLiteral ? "const " : "")}{Name(each.FieldType)} {each.Name}"))
            .Concat(type.GetProperties(Declared).Where(each => each.GetAccessors(true).Any(IsVisible)).Select(Describe))
            .Concat(type.GetEvents(Declared).Select(each => $"event {Name(each.EventHandlerType!)} {each.Name}"))
            .Concat(type.GetMethods(Declared)
                .Where(each => IsVisible(each) && !each.IsSpecialName && !(isRecord && OfRecords.Contains(each.Name)))
                .Select(each => $"{Modifier(each)}{Name(each.ReturnType)} {each.Name}({Parameters(each)})"));
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Modifier(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string Describe(PropertyInfo property)
    {
        bool canSet = property.SetMethod is { } setter && IsVisible(setter);
        bool isInit = canSet && property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers()
            .Any(each => each.Name == "IsExternalInit");
        string access = isInit ? "get; init;" : canSet ? "get; set;" : "get;";
        string required = property.GetCustomAttributesData()
            .Any(each => each.AttributeType.Name == "RequiredMemberAttribute") ? "required " : "";
        return $"{required}{Name(property.PropertyType)} {property.Name} {{ {access} }}";
    }

    private static string Parameters(MethodBase method) => string.Join(
        ", ",
        method.GetParameters().Select(
            each => $"{Name(each.ParameterType)} {each.Name}{(each.IsOptional ? " = …" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return "ref " + Name(type.GetElementType()!);
        }

        if (!type.IsGenericType)
        {
            return type.Name;
        }

        string name = type.Name.Split('`')[0];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
