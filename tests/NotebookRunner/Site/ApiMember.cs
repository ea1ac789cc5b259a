using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace NotebookRunner;

/// <summary>A documented name, such as M:NotebookHelpers.Mnist.Load(System.Boolean).</summary>
internal sealed partial record ApiMember(char Kind, string Id, string Owner, string Arguments, XElement Xml)
{
    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["System.String"] = "string", ["System.Int32"] = "int", ["System.Int64"] = "long", ["System.Double"] = "double",
        ["System.Single"] = "float",
        ["System.Boolean"] = "bool", ["System.Byte"] = "byte", ["System.Object"] = "object", ["TorchSharp.torch.Tensor"] = "Tensor",
    };

    public static ApiMember Of(XElement xml)
    {
        string name = (string)xml.Attribute("name")!, path = name[2..].Split('(')[0];
        // Generic methods carry the number of their type parameters: Check``1.
        string owner = path.Contains('.', StringComparison.Ordinal) ? path[..path.LastIndexOf('.')] : "";
        string arguments = name.Contains('(', StringComparison.Ordinal) ? name[(name.IndexOf('(') + 1)..^1] : "";
        return new(name[0], GenericMethod().Replace(path, ""), owner, arguments, xml);
    }

    public string Short => Arity().Replace(Id[(Id.LastIndexOf('.') + 1)..], "<T>");

    public string Signature
    {
        get
        {
            if (Kind != 'M') return Short;
            string name = Short == "#ctor" ? "new " + Arity().Replace(Owner[(Owner.LastIndexOf('.') + 1)..], "") : Short;
            string[] types = [.. Split(Arguments).Select(CSharp)];
            string[] names = [.. Xml.Elements("param").Select(parameter => (string)parameter.Attribute("name")!)];
            return $"{name}({string.Join(", ", types.Select((type, i) => i < names.Length ? $"{type} {names[i]}" : type))})";
        }
    }

    private static string CSharp(string type)
    {
        if (type.EndsWith('@')) return CSharp(type[..^1]);
        if (type.EndsWith(']'))
        {
            int bracket = type.LastIndexOf('[');
            return $"{CSharp(type[..bracket])}[{new string(',', type[bracket..].Count(c => c == ','))}]";
        }
        if (type.StartsWith('`')) return type.TrimStart('`') is "0" ? "T" : "T" + type.TrimStart('`');
        int open = type.IndexOf('{', StringComparison.Ordinal);
        string own = open < 0 ? type : type[..open];
        string shown = Keywords.GetValueOrDefault(own) ?? own[(own.LastIndexOf('.') + 1)..];
        if (open < 0) return shown;
        string[] inner = [.. Split(type[(open + 1)..^1]).Select(CSharp)];
        return shown switch
        {
            "Nullable" => inner[0] + "?",
            "ValueTuple" => $"({string.Join(", ", inner)})",
            _ => $"{shown}<{string.Join(", ", inner)}>",
        };
    }

    // At commas that are in no bracket.
    private static IEnumerable<string> Split(string list)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < list.Length; i++)
        {
            if (list[i] is '{' or '[') depth++;
            if (list[i] is '}' or ']') depth--;
            if (list[i] != ',' || depth > 0) continue;
            yield return list[start..i];
            start = i + 1;
        }
        if (list.Length > 0) yield return list[start..];
    }

    [GeneratedRegex(@"``\d+$")]
    private static partial Regex GenericMethod();

    [GeneratedRegex(@"`+\d+")]
    public static partial Regex Arity();
}
